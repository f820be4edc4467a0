import { DbopsError } from "../../../lib/core/errors.js";
import type { OriginEntry } from "../../copy-source-model.js";

/** What this dbops writes and reads. */
const VERSION = 1;
const KINDS = ["table", "column", "view", "trigger", "index", "other"] as const;

type Row = Readonly<Record<string, unknown>>;

/** The rows of `dbops_origin`; those that are not as dbops writes them say nothing. UNSUPPORTED.FORMAT_VERSION. */
export function readOrigin(rows: readonly Row[]): readonly OriginEntry[] {
  return rows.flatMap((row) => entryOf(row) ?? []);
}

function entryOf(row: Row): OriginEntry | null {
  const version = Number(row.version);
  const kind = KINDS.find((word) => word === row.kind);
  const { engine, name, definition } = row;
  if (version > VERSION) throw tooNew(version);
  if (kind === undefined || typeof engine !== "string" || typeof name !== "string") return null;
  if (typeof definition !== "string") return null;
  const table = textOf(row.table_name);
  return {
    version,
    engine,
    kind,
    table: table === null ? null : { schema: textOf(row.table_schema), name: table },
    name,
    definition,
    stored: textOf(row.stored),
    becameType: textOf(row.became_type),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function tooNew(version: number): DbopsError {
  return new DbopsError("UNSUPPORTED.FORMAT_VERSION", {
    message: `the table dbops_origin is of format ${version}, which this dbops does not know`,
    why: `it knows formats up to ${VERSION}`,
    hint: "use the dbops that made the copy, or a newer one; --no-origin of a new copy leaves the table out",
  });
}
