import { quoteIdent } from "../quote-ident.js";

/** Literals and quoted names, in which the word stands for itself; the server writes it in capitals and never quotes it. */
const PIECE = /'(?:[^']|'')*'|"(?:[^"]|"")*"|\bVALUE\b/g;

/** A domain's condition as one of a column of it. */
export function domainCheck(condition: string, column: string): string {
  return condition.replaceAll(PIECE, (piece) => (piece === "VALUE" ? quoteIdent(column) : piece));
}
