import { DbopsError } from "../../lib/core/errors.js";

/** What CSV cannot say; each names the flag that helps. */
export function mixedColumn(column: string, examples: string): DbopsError {
  return new DbopsError("EXPORT.MIXED_COLUMN", {
    message: `column ${column} mixes numbers, text and blobs`,
    why: `${examples}; in CSV they would look alike`,
    hint: "--format ndjson keeps them apart; --lossy writes them as CSV all the same",
  });
}

export function unsafeText(column: string, row: number, trouble: "NUL" | "UTF-8"): DbopsError {
  return new DbopsError("EXPORT.UNSAFE_TEXT", {
    message: `column ${column}: the text in row ${row} ${trouble === "NUL" ? "holds a NUL" : "is not valid UTF-8"}`,
    why: trouble === "NUL" ? "programs that read CSV cut it there" : "CSV has no spelling for its bytes",
    hint: "--format ndjson keeps it; --lossy writes NUL as it is, and U+FFFD for what is not UTF-8",
  });
}

export function nullUnseen(column: string, row: number): DbopsError {
  return new DbopsError("EXPORT.NULL_UNSEEN", {
    message: `column ${column} is the only one and NULL in row ${row}`,
    why: "its line would be empty, and readers skip empty lines",
    hint: "spell NULL, as in --null NULL, or use --format ndjson",
  });
}
