import { DbopsError } from "../../../lib/core/errors.js";
import type { CopyChoices } from "../../copy-source-model.js";
import { familyOf } from "./column-family.js";
import type { ColumnStructure, TableStructure } from "./file-structure.js";
import type { ReaderPool } from "./reader-pool.js";
import type { OrphanRows, ScannedColumn, SurveyAnswer, SurveyQuestion, TableEvidence } from "./survey-protocol.js";
import { readTableText, type TableText } from "./table-text.js";

/** All that is known about a table and its rows before it is copied. */
export interface SurveyedTable {
  readonly structure: TableStructure;
  readonly text: TableText;
  readonly scanned: readonly ScannedColumn[];
  readonly evidence: TableEvidence;
  /** Rows with NULL in the primary key. */
  readonly emptyKeys: number;
  readonly orphans: ReadonlyMap<number, OrphanRows>;
  /** SQLite's own words when references cannot be checked. */
  readonly brokenReference: string | null;
}

/** What this build of SQLite lacks to read a table. */
export interface UnreadableTable {
  readonly name: string;
  readonly missing: string;
}

type ScanChoices = Pick<CopyChoices, "isTight" | "epoch">;

const EXTRA: ReadonlySet<string> = new Set(["boolean", "date", "timestamp", "timestamptz"]);
const RANGED: ReadonlySet<string> = new Set(["integer", "numeric", "any"]);
/** Types that a STRICT table holds its values to. */
const HELD = /^(?:INT|INTEGER|REAL|TEXT|BLOB)$/i;

/** Asks all that the rows must tell; what can go side by side does. */
export async function surveyTable(
  pool: ReaderPool,
  structure: TableStructure,
  choices: ScanChoices,
): Promise<SurveyedTable | UnreadableTable> {
  const { name, missing } = structure;
  if (missing !== null) return { name, missing };
  const scanned = scannedColumns(structure, choices);
  const ask = (question: SurveyQuestion): Promise<SurveyAnswer> => pool.use((reader) => reader.survey(question));
  const keys = nullableKeys(structure);
  const [columns, orphans, emptyKeys] = await Promise.all([
    ask({ ask: "columns", scan: { table: name, rowid: structure.rowid?.sql ?? null, columns: scanned } }),
    structure.references.length === 0 ? null : ask({ ask: "orphans", table: name }),
    keys.length === 0 ? null : ask({ ask: "emptyKeys", table: name, columns: keys }),
  ]);
  for (const answer of [columns, orphans, emptyKeys])
    if (answer?.to === "missing") return { name, missing: answer.name };
  if (columns.to !== "columns") return unexpected(columns);
  return {
    structure,
    text: readTableText(structure.sql),
    scanned,
    evidence: columns.evidence,
    emptyKeys: emptyKeys?.to === "emptyKeys" ? emptyKeys.rows : 0,
    orphans: orphans?.to === "orphans" ? orphans.orphans : new Map(),
    brokenReference: orphans?.to === "orphans" ? orphans.broken : null,
  };
}

/** What the scan is told about each column. */
export function scannedColumns(table: TableStructure, choices: ScanChoices): readonly ScannedColumn[] {
  return table.columns.map((column) => scannedColumn(table, column, choices));
}

function scannedColumn(table: TableStructure, column: ColumnStructure, choices: ScanChoices): ScannedColumn {
  const { name, declared } = column;
  const family = familyOf(declared, table.isStrict);
  return {
    name,
    declared,
    family,
    isHeld: name === table.rowid?.alias || (table.isStrict && HELD.test(declared)),
    needsRange: EXTRA.has(family) || (choices.isTight && RANGED.has(family)),
    needsJulian: choices.epoch === "julian" && EXTRA.has(family),
  };
}

/** SQLite lets NULL into keys, unless they are the rowid or the table is WITHOUT ROWID. */
function nullableKeys({ columns, rowid, isWithoutRowid, kind }: TableStructure): readonly string[] {
  if (isWithoutRowid || kind !== "table") return [];
  return columns
    .filter(({ keyPosition, isNotNull, name }) => keyPosition > 0 && !isNotNull && name !== rowid?.alias)
    .map(({ name }) => name);
}

function unexpected(answer: SurveyAnswer): never {
  throw new DbopsError("RUN.BUG", { message: `the SQLite row process answered ${answer.to} to another question` });
}
