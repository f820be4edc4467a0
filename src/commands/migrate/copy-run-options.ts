import type { OptionSpec } from "../define.js";

export const MISMATCH_CHOICES = ["fail", "widen", "reject", "null"] as const;
export const NUL_CHOICES = ["fail", "strip", "escape", "bytea"] as const;
export const UTF8_CHOICES = ["fail", "replace", "latin1", "bytea"] as const;
export const ORPHAN_CHOICES = ["fail", "not-valid", "reject"] as const;
export const NULL_KEY_CHOICES = ["fail", "unique"] as const;
export const EPOCH_CHOICES = ["auto", "none", "julian", "s", "ms", "us"] as const;
export const BOOL_CHOICES = ["auto", "smallint"] as const;
export const JSON_CHOICES = ["auto", "jsonb", "json", "text"] as const;
export const NUMERIC_CHOICES = ["text", "real"] as const;

/** How values and types are chosen. */
const TYPE_OPTIONS = [
  {
    flags: "--on-mismatch <what>",
    help: "from SQLite: of a value that its type cannot hold (default fail): widen the type, leave out the row, or make it NULL",
    choices: MISMATCH_CHOICES,
  },
  { flags: "--nul <what>", help: "from SQLite: of NUL characters in text (default fail)", choices: NUL_CHOICES },
  {
    flags: "--invalid-utf8 <what>",
    help: "from SQLite: of text that is not UTF-8 (default fail)",
    choices: UTF8_CHOICES,
  },
  {
    flags: "--orphans <what>",
    help: "of rows that refer to nothing (default fail; reject only from SQLite)",
    choices: ORPHAN_CHOICES,
  },
  {
    flags: "--null-key <what>",
    help: "from SQLite: of NULL in a primary key (default fail)",
    choices: NULL_KEY_CHOICES,
  },
  { flags: "--tight", help: "from SQLite: the narrowest type that holds all values" },
  {
    flags: "--assume-tz <zone>",
    help: "from SQLite: the time zone of moments that have none: they become timestamptz",
  },
  {
    flags: "--epoch <unit>",
    help: "from SQLite: what integers in date columns count (default auto: when all fit exactly one unit)",
    choices: EPOCH_CHOICES,
  },
  {
    flags: "--bool <type>",
    help: "from SQLite: of columns declared BOOL with 0 and 1 (default auto)",
    choices: BOOL_CHOICES,
  },
  { flags: "--json-as <type>", help: "from SQLite: of columns declared JSON (default auto)", choices: JSON_CHOICES },
  {
    flags: "--numeric <type>",
    help: "into SQLite, which has no decimals: what they become (default text, which is exact)",
    choices: NUMERIC_CHOICES,
  },
  { flags: "--no-strict", help: "into SQLite: tables keep the declared types' names instead of being STRICT" },
] as const satisfies readonly OptionSpec[];

/** What is copied, and where to. */
const SCOPE_OPTIONS = [
  { flags: "--tables <names>", help: "only these tables, separated by commas", isRepeatable: true },
  { flags: "--exclude-tables <names>", help: "all tables but these", isRepeatable: true },
  {
    flags: "--schema <names>",
    help: "of a PostgreSQL source only these; from a file into PostgreSQL: where tables go",
    isRepeatable: true,
  },
  { flags: "--data-only", help: "rows into tables that are there, in one transaction" },
  { flags: "--schema-only", help: "tables and all that hangs on them, without rows" },
  {
    flags: "--replace",
    help: "tables of the same names give way, within one engine the whole database; what was there is kept for undo",
  },
  { flags: "--fold", help: "make all names lower-case" },
  { flags: "--no-origin", help: "neither write nor use the table dbops_origin, which remembers types for a way back" },
] as const satisfies readonly OptionSpec[];

/** How it is done, and what is said of it. */
const RUN_OPTIONS = [
  { flags: "--resume <run>", help: "go on with a copy that was cut short; FROM and TO as they were" },
  { flags: "--jobs <n>", help: "tables side by side (default 2)" },
  { flags: "--hold-writes", help: "nobody writes to the source until the copy is done" },
  { flags: "--disable-triggers", help: "with --data-only: the target's triggers do not fire" },
  { flags: "--no-safety-backup", help: "with --data-only: do not back up the target first" },
  {
    flags: "--allow-uncarried [kinds]",
    help: "exit 0 although something could not be carried: all of it, or kinds such as triggers,views",
  },
  { flags: "--check-queries <file>", help: "SQL statements that both sides must answer alike" },
  { flags: "--rejects <file>", help: "write what is left out to this new file, as NDJSON" },
  { flags: "--report <file>", help: "write the report to this new file, as JSON" },
] as const satisfies readonly OptionSpec[];

export const COPY_RUN_OPTIONS = [...SCOPE_OPTIONS, ...TYPE_OPTIONS, ...RUN_OPTIONS] as const;
