import { IMPORT_MODES } from "../../lib/import/import-wish.js";
import { INPUT_FORMATS, TEXT_ENCODINGS } from "../../lib/import/read-request.js";
import type { OptionSpec } from "../define.js";

/** What `--format` takes. */
export const IMPORT_FORMATS = ["auto", ...INPUT_FORMATS] as const;

/** What `--encoding` takes. */
export const ENCODING_WORDS = ["auto", "utf8", ...TEXT_ENCODINGS] as const;

export const IMPORT_OPTIONS = [
  { flags: "--table <name>", help: "the table that takes the records; of an input of several, the one to import" },
  { flags: "--tables <names>", help: "which tables of the input, separated by commas", isRepeatable: true },
  {
    flags: "--mode <mode>",
    help: "insert (default); ignore or upsert where the key is there; truncate = delete all first; replace = make the table anew",
    choices: IMPORT_MODES,
  },
  {
    flags: "--create",
    help: "make what is missing: an export by its own schema, else tables with types as the records show them; a SQLite file too",
  },
  { flags: "--types <col=type>", help: "the type of a column of a table that is made", isRepeatable: true },
  {
    flags: "--map <a=b>",
    help: "column a of the input is column b of the table; a= leaves it out",
    isRepeatable: true,
  },
  { flags: "--preview <n>", help: "show types, mapping and the first records, and change nothing" },
  {
    flags: "--check",
    help: "try everything against types and constraints and roll back; exit 4 with a list of records",
  },
  { flags: "--validate", help: "the same, and import when nothing is found" },
  { flags: "--format <format>", help: "what the input is (default: by its name and content)", choices: IMPORT_FORMATS },
  { flags: "--delimiter <char>", help: "between fields: a character, or `tab` (default: found by looking)" },
  { flags: "--quote <char>", help: 'around fields (default: ")' },
  {
    flags: "--encoding <name>",
    help: "of the text (default auto: by a byte-order mark, else UTF-8, else latin1 or windows-1252 with a warning)",
    choices: ENCODING_WORDS,
  },
  { flags: "--no-header", help: "the first line is a record; columns are c1, c2 …" },
  { flags: "--null <text>", help: "an unquoted field that means NULL (default: an empty one)" },
  {
    flags: "--rejects <file>",
    help: "write records that are not taken to this new file, whole and with reasons, as NDJSON",
  },
  { flags: "--max-errors <n>", help: "take the others when up to n records are not taken (default 0: all or nothing)" },
  { flags: "--commit-every <n>", help: "commit after so many records: what was committed stays when the rest fails" },
  { flags: "--archive-source <dir>", help: "copy the input's files there when they have been imported, with a stamp" },
  { flags: "--max-size <size>", help: "how much a compressed input may unfold to (default 10GB)" },
] as const satisfies readonly OptionSpec[];
