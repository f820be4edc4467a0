import { DbopsError } from "../../lib/core/errors.js";
import type { RecordTable } from "../../lib/transfer/record-model.js";
import type { RawInput } from "../define.js";

const SPELLING = {
  delimiter: "--delimiter",
  quote: "--quote",
  header: "--no-header",
  null: "--null",
  encoding: "--encoding",
} as const;
const RECORDS = {
  table: "--table",
  tables: "--tables",
  mode: "--mode",
  types: "--types",
  map: "--map",
  preview: "--preview",
  validate: "--validate",
  rejects: "--rejects",
  maxErrors: "--max-errors",
  commitEvery: "--commit-every",
} as const;

/** Flags that were given, by what they are about. */
export interface GivenFlags {
  /** `--format`, unless it is `auto`. */
  readonly format: readonly string[];
  /** How a text of records is spelled. */
  readonly spelling: readonly string[];
  /** Which records go where, and what becomes of each. */
  readonly records: readonly string[];
}

export function givenFlags(raw: RawInput): GivenFlags {
  const format = (raw.options.format ?? "auto") === "auto" ? [] : ["--format"];
  return { format, spelling: given(SPELLING, raw), records: given(RECORDS, raw) };
}

function given(flags: Readonly<Record<string, string>>, { options }: RawInput): readonly string[] {
  const names = Object.entries(flags).filter(([name]) => isGiven(name, options[name]));
  return names.map(([, flag]) => flag);
}

function isGiven(name: string, value: unknown): boolean {
  // Commander sets it where it is not denied.
  if (name === "header") return value === false;
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}

/** USAGE.INVALID for flags that are about records or their spelling, which a script has not. */
export function requireForScript({ records, spelling }: GivenFlags, place: string): void {
  requireNone([...records, ...textual(spelling)], "an SQL script", {
    why: `${place} is run as it stands, all or nothing`,
    hint: "leave out what is for records: --check, --create, --encoding and --max-size are for scripts too",
  });
}

/** USAGE.INVALID for flags that are about the spelling of a text, where values come from a database. */
export function requireForDatabase({ spelling }: GivenFlags, place: string): void {
  requireNone(spelling, "a database file", {
    why: `${place} holds values, not a text of them`,
    hint: "leave them out",
  });
}

/** USAGE.INVALID for flags that are about the spelling of a text, where an export's manifest, or JSON itself, says it. */
export function requireForTables({ format, spelling }: GivenFlags, tables: readonly RecordTable[]): void {
  const exported = tables.find(({ origin }) => origin !== null);
  if (exported !== undefined) {
    requireNone([...format, ...spelling], "an export", {
      why: "its manifest says how its files are spelled",
      hint: "leave them out; to read a file of it in another way, name the file itself",
    });
  }
  if (tables.every(({ isTyped }) => isTyped)) {
    requireNone(textual(spelling), "JSON", { why: "it has one spelling only", hint: "leave them out" });
  }
}

/** But for the encoding, which every text has. */
function textual(spelling: readonly string[]): readonly string[] {
  return spelling.filter((flag) => flag !== SPELLING.encoding);
}

function requireNone(
  flags: readonly string[],
  input: string,
  { why, hint }: { readonly why: string; readonly hint: string },
): void {
  if (flags.length === 0) return;
  throw new DbopsError("USAGE.INVALID", { message: `${listed(flags)} no meaning for ${input}`, why, hint });
}

function listed(flags: readonly string[]): string {
  return `${flags.join(", ")} ${flags.length === 1 ? "has" : "have"}`;
}
