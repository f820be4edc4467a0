import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";
import type { DocumentEvidence } from "./column-evidence.js";
import { judgeDocument } from "./judge-document.js";
import type { ColumnScan, ScannedColumn } from "./survey-protocol.js";

/** The flag of json_valid that looks at a whole binary document. */
const WHOLE_BINARY = 8;

/** Reads all documents of a column: SQLite's own check knows nothing of keys that come twice. */
export function scanDocuments(
  connection: Connection,
  { table, rowid }: Pick<ColumnScan, "table" | "rowid">,
  { name }: ScannedColumn,
): DocumentEvidence {
  const cell = quoteIdent(name);
  const from = `FROM ${quoteIdent(table)}`;
  const binary = connection.count(
    `SELECT count(*) ${from} WHERE typeof(${cell}) = 'blob' AND json_valid(${cell}, ${WHOLE_BINARY})`,
  );
  // Binary documents may hold the same faults as texts.
  const text = `CASE typeof(${cell}) WHEN 'blob' THEN json(${cell}) ELSE CAST(${cell} AS TEXT) END`;
  const readable = `(typeof(${cell}) <> 'blob' OR json_valid(${cell}, ${WHOLE_BINARY}))`;
  const statement = connection.db
    .prepare<unknown[], readonly [string, bigint | null]>(
      `SELECT ${text}, ${rowid ?? "NULL"} ${from} WHERE ${cell} IS NOT NULL AND ${readable}`,
    )
    .raw();
  let valid = -binary;
  let unlikeJsonb = 0;
  let firstInvalidRowid: bigint | null = null;
  let firstUnlike: DocumentEvidence["firstUnlike"] = null;
  for (const [document, at] of statement.iterate()) {
    const judged = judgeDocument(document);
    if (judged.isJson) valid += 1;
    else firstInvalidRowid ??= at;
    if (!judged.isJson || judged.unlikeJsonb === null) continue;
    unlikeJsonb += 1;
    firstUnlike ??= { why: judged.unlikeJsonb, rowid: at };
  }
  return { valid, binary, firstInvalidRowid, unlikeJsonb, firstUnlike };
}
