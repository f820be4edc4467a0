import type { IndexPart, SourceExpression, SourceIndex } from "../../copy-source-model.js";
import { indexTermsIn } from "../sql-text.js";
import { tokensOf, unquote } from "../sql-tokens.js";
import type { IndexStructure } from "./file-structure.js";
import { parseExpression } from "./parse-expression.js";

const CARRIED = new Set(["BINARY", "NOCASE"]);

/** An index as its statement and SQLite's own list of its parts tell it. */
export function sourceIndex(index: IndexStructure, columns: readonly string[]): SourceIndex {
  const sql = index.sql ?? "";
  const terms = indexTermsIn(sql);
  const odd = index.terms.find(({ collation }) => !CARRIED.has(collation.toUpperCase()));
  return {
    name: index.name,
    isUnique: index.isUnique,
    parts: index.terms.map(
      ({ column, collation, isDescending }, at): IndexPart => ({
        term:
          column === null
            ? { kind: "expression", ...expression(withoutOrder(terms[at] ?? "", collation), columns) }
            : { kind: "column", name: column },
        isDescending,
        ignoresCase: collation.toUpperCase() === "NOCASE",
      }),
    ),
    where: conditionOf(sql, columns),
    definition: sql,
    obstacle: odd === undefined ? null : `the collation ${odd.collation} is SQLite's or the application's own`,
  };
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
