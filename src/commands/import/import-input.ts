import { DbopsError } from "../../lib/core/errors.js";
import { parseSizeBytes } from "../../lib/core/units.js";
import { IMPORT_MODES, type ImportWish } from "../../lib/import/import-wish.js";
import { isTypeName } from "../../lib/import/new-column-types.js";
import type { ReadWish } from "../../lib/import/read-request.js";
import type { RawInput } from "../define.js";
import { optionChoice, optionCount, optionFlag, optionList, optionText, targetWord } from "../options.js";
import { type GivenFlags, givenFlags } from "./given-flags.js";
import { readWish } from "./read-flags.js";

const DEFAULT_MAX_BYTES = 10_000_000_000;

export interface ImportInput extends ImportWish, ReadWish {
  readonly file: string;
  /** A database that is missing is made, where it is a file. */
  readonly makesDatabase: boolean;
  readonly target: string | null;
  readonly previewRows: number | null;
  readonly isCheck: boolean;
  readonly validates: boolean;
  readonly rejects: string | null;
  readonly maxErrors: number;
  readonly commitEvery: number | null;
  readonly archiveSource: string | null;
  readonly maxBytes: number;
  readonly given: GivenFlags;
}

/** USAGE.INVALID for words that are none and for flags that exclude each other. */
export function importInput(raw: RawInput): ImportInput {
  const mode = optionChoice(raw, "mode", IMPORT_MODES) ?? "insert";
  const input = {
    ...readWish(raw),
    file: raw.args[0] ?? "",
    target: targetWord(raw, 1),
    table: optionText(raw, "table"),
    tables: optionList(raw, "tables").flatMap((names) => names.split(",").filter((name) => name !== "")),
    mode,
    makesDatabase: optionFlag(raw, "create"),
    canCreate: optionFlag(raw, "create") || mode === "replace",
    types: pairs(raw, "types"),
    renames: pairs(raw, "map"),
    previewRows: optionCount(raw, "preview", 1),
    isCheck: optionFlag(raw, "check"),
    validates: optionFlag(raw, "validate"),
    rejects: optionText(raw, "rejects"),
    maxErrors: optionCount(raw, "maxErrors", 0) ?? 0,
    commitEvery: optionCount(raw, "commitEvery", 1),
    archiveSource: optionText(raw, "archiveSource"),
    maxBytes: sizeOf(optionText(raw, "maxSize")),
    given: givenFlags(raw),
  };
  requireFitting(input);
  return input;
}

function requireFitting(input: ImportInput): void {
  const only = [input.previewRows !== null && "--preview", input.isCheck && "--check", input.validates && "--validate"];
  const given = only.filter((flag) => flag !== false);
  if (given.length > 1) throw excluded(given.join(" and "));
  const destroys = input.mode === "truncate" || input.mode === "replace";
  if (input.commitEvery !== null && destroys) throw excluded(`--commit-every and --mode ${input.mode}`);
  for (const sql of input.types.values()) requireType(sql);
  if (input.types.size > 0 && !input.canCreate) {
    throw new DbopsError("USAGE.INVALID", { message: "--types is for tables that are made", hint: "add --create" });
  }
}

function excluded(flags: string): DbopsError {
  return new DbopsError("USAGE.INVALID", { message: `${flags} exclude each other`, hint: "give one of them" });
}

function requireType(sql: string): void {
  if (isTypeName(sql)) return;
  throw new DbopsError("USAGE.INVALID", {
    message: `"${sql}" is no name of a type`,
    hint: "for example: --types price=numeric(10,2)",
  });
}

function pairs(raw: RawInput, name: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const text of optionList(raw, name)) {
    const cut = text.indexOf("=");
    if (cut <= 0) {
      throw new DbopsError("USAGE.INVALID", {
        message: `"${text}" is no pair for --${name}`,
        hint: name === "map" ? "write --map NAME=COLUMN" : "write --types COLUMN=TYPE",
      });
    }
    found.set(text.slice(0, cut), text.slice(cut + 1));
  }
  return found;
}

function sizeOf(text: string | null): number {
  return text === null ? DEFAULT_MAX_BYTES : parseSizeBytes(text);
}
