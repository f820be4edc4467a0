import type { IndexPart, SourceColumn, SourceExpression, SourceIndex } from "../../copy-source-model.js";
import { quoteIdent } from "../quote-ident.js";
import { indexTermsIn } from "../sql-text.js";
import { tokensOf, unquote } from "../sql-tokens.js";
import type { IndexStructure } from "./file-structure.js";
import { parseExpression } from "./parse-expression.js";

const COMMON = new Set(["BINARY", "NOCASE"]);
const TRIMMING = "RTRIM";
/** Types to whose values no collation applies. */
const UNCOLLATED = new Set(["integer", "double", "numeric", "boolean", "date", "timestamp", "timestamptz"]);

/** An index as its statement and SQLite's own list of its parts tell it. */
export function sourceIndex(index: IndexStructure, typed: readonly SourceColumn[]): SourceIndex {
  const sql = index.sql ?? "";
  const columns = typed.map(({ name }) => name);
  const terms = indexTermsIn(sql);
  const odd = index.terms.find((term) => hasOwnCollation(term, typed) && !isTrimming(term));
  return {
    name: index.name,
    isUnique: index.isUnique,
    parts: index.terms.map((term, at): IndexPart => {
      const { column, collation, isDescending } = term;
      const plain = column === null ? withoutOrder(terms[at] ?? "", collation) : quoteIdent(column);
      // RTRIM trims blanks alone, as rtrim() does.
      const text = hasOwnCollation(term, typed) && isTrimming(term) ? `rtrim(${plain})` : plain;
      const isColumn = column !== null && text === plain;
      return {
        term: isColumn ? { kind: "column", name: column } : { kind: "expression", ...expression(text, columns) },
        isDescending,
        ignoresCase: collation.toUpperCase() === "NOCASE",
      };
    }),
    where: conditionOf(sql, columns),
    definition: sql,
    obstacle: odd === undefined ? null : `the collation ${odd.collation} is the application's own`,
  };
}

/** Whether texts compare by a rule that is not known everywhere. */
export function hasOwnCollation(
  { column, collation }: IndexStructure["terms"][number],
  columns: readonly SourceColumn[],
): boolean {
  if (COMMON.has(collation.toUpperCase())) return false;
  return !columns.some(({ name, type }) => name === column && UNCOLLATED.has(type.kind));
}

function isTrimming({ collation }: IndexStructure["terms"][number]): boolean {
  return collation.toUpperCase() === TRIMMING;
}

function expression(sql: string, columns: readonly string[]): SourceExpression {
  return { sql, parsed: parseExpression(sql, columns) };
}

/** The list of parts tells direction and collation; one that is not of the whole term belongs to its last operand. */
function withoutOrder(term: string, collation: string): string {
  const tokens = tokensOf(term);
  let end = tokens.length;
  if (/^(?:ASC|DESC)$/i.test(tokens[end - 1]?.text ?? "")) end -= 1;
  const isOfAll = unquote(tokens[end - 1]?.text ?? "").toUpperCase() === collation.toUpperCase();
  if (isOfAll && tokens[end - 2]?.text.toUpperCase() === "COLLATE" && tokens[end - 2]?.depth === 0) end -= 2;
  return term.slice(0, tokens[end - 1]?.end ?? term.length).trim();
}

/** What follows WHERE in a CREATE INDEX; null when all rows are in it. */
function conditionOf(sql: string, columns: readonly string[]): SourceExpression | null {
  const where = tokensOf(sql).find(({ text, depth }) => depth === 0 && text.toUpperCase() === "WHERE");
  return where === undefined ? null : expression(sql.slice(where.end).trim(), columns);
}
