import { DbopsError } from "../../lib/core/errors.js";
import type { RowsWish } from "../../lib/export/choose-rows.js";
import { EXPORT_FORMATS, type FormWish } from "../../lib/export/output-form.js";
import type { Spelling } from "../../lib/export/spelling.js";
import type { OptionSpec, RawInput } from "../define.js";
import { optionChoice, optionCount, optionFlag, optionList, optionText } from "../options.js";

const COMPRESSIONS = ["zstd", "gzip", "none"] as const;
const BLOBS = ["hex", "base64"] as const;
const INT64 = ["number", "string"] as const;

export const EXPORT_OPTIONS = [
  {
    flags: "-o, --output <path>",
    help: "file, folder (ends in /) or - for stdout; the extension says the format",
    isRequired: true,
  },
  { flags: "--format <format>", help: "where the name does not say it; default csv", choices: EXPORT_FORMATS },
  { flags: "--compress <kind>", help: "of a folder's files, or of stdout; default none", choices: COMPRESSIONS },
  { flags: "--table <table>", help: "only this table or view; `schema.table` where names repeat", isRepeatable: true },
  { flags: "--tables <list>", help: "the same, separated by commas", isRepeatable: true },
  {
    flags: "--where <condition>",
    help: "only these rows, in SQL; with several tables `TABLE=condition`",
    isRepeatable: true,
  },
  { flags: "--query <sql>", help: "the rows of one SELECT instead of a table" },
  { flags: "--columns <list>", help: "only these, in this order, separated by commas (one table)" },
  { flags: "--limit <n>", help: "at most so many rows of each table" },
  { flags: "--null <text>", help: "how NULL is written in CSV and TSV; default nothing, unquoted" },
  { flags: "--blob <spelling>", help: "how bytes are written in CSV and TSV; default hex (\\x00ff)", choices: BLOBS },
  { flags: "--int64 <spelling>", help: "integers beyond 2^53 in JSON; default number", choices: INT64 },
  { flags: "--lossy", help: "write CSV although a column mixes types or has text with NUL or not in UTF-8 (exit 5)" },
] as const satisfies readonly OptionSpec[];

/** What the flags say. */
export interface ExportFlags {
  readonly form: Omit<FormWish, "isStream">;
  readonly rows: RowsWish;
  readonly spelling: Spelling;
}

/** USAGE.INVALID without an output, for empty lists and numbers that are none. */
export function exportFlags(raw: RawInput): ExportFlags {
  const output = optionText(raw, "output");
  if (output === null || output === "") throw noOutput();
  if (output === "-" && raw.options.json === true) throw noRoom();
  return {
    form: {
      output,
      format: optionChoice(raw, "format", EXPORT_FORMATS),
      compress: optionChoice(raw, "compress", COMPRESSIONS),
    },
    rows: {
      tables: [...optionList(raw, "table"), ...optionList(raw, "tables").flatMap((list) => wordsOf(list, "--tables"))],
      where: optionList(raw, "where"),
      query: optionText(raw, "query"),
      columns: columnsOf(optionText(raw, "columns")),
      limit: optionCount(raw, "limit", 0),
    },
    spelling: {
      nullText: optionText(raw, "null"),
      blob: optionChoice(raw, "blob", BLOBS),
      int64: optionChoice(raw, "int64", INT64),
      isLossy: optionFlag(raw, "lossy"),
    },
  };
}

function columnsOf(list: string | null): readonly string[] {
  return list === null ? [] : wordsOf(list, "--columns");
}

function wordsOf(list: string, flag: string): readonly string[] {
  const words = list.split(",").map((word) => word.trim());
  if (words.every((word) => word !== "")) return words;
  throw new DbopsError("USAGE.INVALID", {
    message: `"${list}" is no list for ${flag}`,
    hint: "write names separated by commas, without empty ones",
  });
}

function noOutput(): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: "no output is named",
    hint: "add --output FILE, --output FOLDER/ or --output - for the standard output",
  });
}

/** The rows leave no room for a document. */
function noRoom(): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: "--output - and --json exclude each other",
    hint: "for rows as JSON: --format json or --format ndjson, without --json",
  });
}
