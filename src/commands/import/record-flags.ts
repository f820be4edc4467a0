import { DbopsError } from "../../lib/core/errors.js";
import type { RawInput } from "../define.js";

const OF_RECORDS = {
  table: "--table",
  tables: "--tables",
  mode: "--mode",
  types: "--types",
  map: "--map",
  preview: "--preview",
  validate: "--validate",
  delimiter: "--delimiter",
  quote: "--quote",
  header: "--no-header",
  null: "--null",
  rejects: "--rejects",
  maxErrors: "--max-errors",
  commitEvery: "--commit-every",
} as const;

/** The flags given that say something of records, their spelling, or what becomes of each. */
export function recordFlags({ options }: RawInput): readonly string[] {
  return Object.entries(OF_RECORDS)
    .filter(([name]) => isGiven(name, options[name]))
    .map(([, flag]) => flag);
}

function isGiven(name: string, value: unknown): boolean {
  // Commander sets it where it is not denied.
  if (name === "header") return value === false;
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

/** USAGE.INVALID when there are any. */
export function requireNoneOfRecords(flags: readonly string[], place: string): void {
  if (flags.length === 0) return;
  throw new DbopsError("USAGE.INVALID", {
    message: `${flags.join(", ")} ${flags.length === 1 ? "has" : "have"} no meaning for an SQL script`,
    why: `${place} is run as it stands, all or nothing`,
    hint: "leave away what is for records: --check, --create, --encoding and --max-size are for scripts too",
  });
}
