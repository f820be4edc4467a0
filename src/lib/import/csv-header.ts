import { DbopsError } from "../core/errors.js";
import type { FieldValue } from "../core/field-value.js";

/** The column names in the first record of a file, each once. IMPORT.SYNTAX for empty or repeated ones. */
export function headerNames(fields: readonly FieldValue[], { place, line }: HeaderPlace): readonly string[] {
  const names = fields.map((field) => (typeof field === "string" ? field : ""));
  const empty = names.indexOf("");
  if (empty !== -1) throw badHeader(`column ${empty + 1} has no name`, { place, line });
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw badHeader(`the column name "${repeated}" stands there twice`, { place, line });
  return names;
}

export interface HeaderPlace {
  readonly place: string;
  readonly line: number;
}

/** Names for the columns of a file without a header: c1, c2 … */
export function numberedNames(width: number): readonly string[] {
  return Array.from({ length: width }, (_, index) => `c${index + 1}`);
}

function badHeader(why: string, { place, line }: HeaderPlace): DbopsError {
  return new DbopsError("IMPORT.SYNTAX", {
    message: `the header of ${place} (line ${line}) names no columns`,
    why,
    hint: "correct that line; or use --no-header when it is a record like the others",
  });
}
