import type { Connection } from "../connection.js";
import { quoteIdent } from "../quote-ident.js";
import { scanClasses } from "./class-scan.js";
import type { ClassCount, ColumnEvidence } from "./column-evidence.js";
import { scanDocuments } from "./document-scan.js";
import { scanMoments } from "./moment-scan.js";
import { scanNumbers } from "./number-scan.js";
import { findOversize, SIZE_LIMITS } from "./oversize-scan.js";
import type { ColumnScan, ScannedColumn, TableEvidence } from "./survey-protocol.js";

const MOMENTS: ReadonlySet<string> = new Set(["date", "timestamp", "timestamptz"]);
const NUMBERS: ReadonlySet<string> = new Set(["integer", "real"]);

/** What the values of a table's columns are: one walk over all, and one more for each column whose family asks for more. */
export function scanTable(connection: Connection, scan: ColumnScan): TableEvidence {
  const { rows, classes } = scanClasses(connection, scan);
  const bytes = pageBytes(connection, scan.table);
  return {
    rows,
    bytes,
    // A smaller table has no such row, and need not be walked once more.
    oversize: bytes !== null && bytes > SIZE_LIMITS.valueBytes ? findOversize(connection, scan) : null,
    columns: scan.columns.map((column, index) =>
      evidenceOf(connection, scan, { column, classes: classes[index] ?? [], rows }),
    ),
  };
}

function evidenceOf(
  connection: Connection,
  scan: ColumnScan,
  {
    column,
    classes,
    rows,
  }: { readonly column: ScannedColumn; readonly classes: readonly ClassCount[]; readonly rows: number },
): ColumnEvidence {
  const has = (word: string): boolean => classes.some((found) => found.class === word);
  return {
    name: column.name,
    rows,
    classes,
    numbers: needsNumbers(column, classes) ? scanNumbers(connection, scan.table, column) : null,
    moments:
      MOMENTS.has(column.family) && has("text") && classes.length === 1 ? scanMoments(connection, scan, column) : null,
    words: column.family === "boolean" && has("text") ? scanWords(connection, scan.table, column) : null,
    documents: column.family === "json" && classes.length > 0 ? scanDocuments(connection, scan, column) : null,
  };
}

/** Numbers that are what was declared need no closer look, unless their range decides. */
function needsNumbers(column: ScannedColumn, classes: readonly ClassCount[]): boolean {
  if (!classes.some((found) => NUMBERS.has(found.class))) return false;
  const isMixed = classes.filter((found) => NUMBERS.has(found.class)).length > 1;
  return isMixed || column.needsRange || column.needsJulian || column.family === "numeric";
}

function scanWords(connection: Connection, table: string, { name }: ScannedColumn): { readonly count: number } {
  const cell = quoteIdent(name);
  const isWord = `typeof(${cell}) = 'text' AND ${cell} COLLATE BINARY IN ('true', 'false')`;
  return { count: connection.count(`SELECT count(*) FROM ${quoteIdent(table)} WHERE ${isWord}`) };
}

/** null for a table without pages of its own. */
function pageBytes(connection: Connection, table: string): number | null {
  const bytes = connection.value("SELECT pgsize FROM dbstat('main', 1) WHERE name = ?", table);
  return typeof bytes === "bigint" ? Number(bytes) : null;
}
