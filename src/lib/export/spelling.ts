import type { BlobText, Int64Text, RowFormat } from "../../drivers/view-model.js";
import { DbopsError } from "../core/errors.js";
import type { ExportFormat, TextFormat } from "./output-form.js";

/** How values are spelled; null = as is usual for the format. */
export interface Spelling {
  readonly nullText: string | null;
  readonly blob: BlobText | null;
  readonly int64: Int64Text | null;
  readonly isLossy: boolean;
}

/** Which flag means something for which format. */
const FLAGS = [
  { flag: "--null", isGiven: (spelling: Spelling) => nullTextOf(spelling) !== null, formats: ["csv", "tsv"] },
  { flag: "--blob", isGiven: ({ blob }: Spelling) => blob !== null, formats: ["csv", "tsv"] },
  { flag: "--lossy", isGiven: ({ isLossy }: Spelling) => isLossy, formats: ["csv", "tsv"] },
  { flag: "--int64", isGiven: ({ int64 }: Spelling) => int64 !== null, formats: ["json", "ndjson"] },
] as const;

const DELIMITERS = { csv: ",", tsv: "\t" } as const;

/** USAGE.INVALID for a flag that would change nothing, and for a text of NULL that would not be read back as one. */
export function checkSpelling(format: ExportFormat, spelling: Spelling): void {
  for (const { flag, isGiven, formats } of FLAGS) {
    if (!isGiven(spelling) || formats.some((each) => each === format)) continue;
    throw new DbopsError("USAGE.INVALID", {
      message: `${flag} does nothing with ${format}`,
      why: `it goes with ${formats.join(" and ")}`,
      hint: "leave it out",
    });
  }
  if (format === "csv" || format === "tsv") checkNullText(nullTextOf(spelling) ?? "", DELIMITERS[format]);
}

/** How the engine is to write rows; JSON is made of lines of JSON. */
export function rowFormat(format: TextFormat, spelling: Spelling): RowFormat {
  if (format === "sql") return { kind: "sql" };
  if (format === "json" || format === "ndjson") return { kind: "ndjson", int64: spelling.int64 ?? "number" };
  const { blob, isLossy } = spelling;
  return { kind: "csv", delimiter: DELIMITERS[format], nullText: nullTextOf(spelling), blob: blob ?? "hex", isLossy };
}

/** An empty text is what NULL is anyway. */
function nullTextOf({ nullText }: Spelling): string | null {
  return nullText === "" ? null : nullText;
}

/** It stands without quotes, which these would need. */
function checkNullText(nullText: string, delimiter: string): void {
  const found = ["\n", "\r", '"', delimiter].find((character) => nullText.includes(character));
  if (found === undefined) return;
  throw new DbopsError("USAGE.INVALID", {
    message: `--null ${JSON.stringify(nullText)} holds ${JSON.stringify(found)}`,
    why: "NULL is written without quotes, and readers would take that for the end of the value",
    hint: "choose a word that needs no quotes, such as NULL or \\N",
  });
}
