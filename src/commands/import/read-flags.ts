import { DbopsError } from "../../lib/core/errors.js";
import type { ReadWish, TextEncoding } from "../../lib/import/read-request.js";
import type { RawInput } from "../define.js";
import { optionChoice, optionText } from "../options.js";
import { ENCODING_WORDS, IMPORT_FORMATS } from "./import-options.js";

/** What the user says about the spelling of the input. USAGE.INVALID. */
export function readWish(raw: RawInput): ReadWish {
  return {
    format: optionChoice(raw, "format", IMPORT_FORMATS) ?? "auto",
    delimiter: character(raw, "delimiter"),
    quote: character(raw, "quote"),
    encoding: encodingOf(optionChoice(raw, "encoding", ENCODING_WORDS)),
    hasHeader: raw.options.header !== false,
    nullText: optionText(raw, "null"),
  };
}

function encodingOf(word: (typeof ENCODING_WORDS)[number] | null): TextEncoding | null {
  if (word === "utf8") return "utf-8";
  return word === "auto" ? null : word;
}

function character(raw: RawInput, name: "delimiter" | "quote"): string | null {
  const text = optionText(raw, name);
  if (text === null) return null;
  const one = text === "tab" || text === "\\t" ? "\t" : text;
  if (one.length === 1 && one !== "\n" && one !== "\r") return one;
  throw new DbopsError("USAGE.INVALID", { message: `--${name} takes one character`, why: `"${text}" is none` });
}
