import type { CopyWish } from "../../lib/copy/copy-wish.js";
import { USUAL_CHOICES } from "../../lib/copy/usual-choices.js";
import { DbopsError } from "../../lib/core/errors.js";
import type { RawInput } from "../define.js";
import { optionChoice, optionCount, optionFlag, optionList, optionText } from "../options.js";
import { againWords } from "./again-words.js";
import { allowedUncarried } from "./allowed-uncarried.js";
import * as choices from "./copy-run-options.js";
import { requireFitting } from "./fitting-flags.js";

export interface CopyRunInput extends CopyWish {
  readonly from: string;
  readonly to: string;
  readonly report: string | null;
  /** The flags as they were given, but for --resume. */
  readonly flagWords: readonly string[];
}

/** USAGE.INVALID for words that are none and for flags that exclude each other. */
export function copyRunInput(raw: RawInput): CopyRunInput {
  const content = optionFlag(raw, "dataOnly") ? "rows" : optionFlag(raw, "schemaOnly") ? "schema" : "all";
  const schemas = namesOf(raw, "schema");
  const jobs = optionCount(raw, "jobs", 1) ?? USUAL_CHOICES.jobs;
  const input: CopyRunInput = {
    from: raw.args[0] ?? "",
    to: raw.args[1] ?? "",
    content,
    choices: { ...valueChoices(raw), schemas, jobs, holdWrites: optionFlag(raw, "holdWrites") },
    place: {
      isReplacing: optionFlag(raw, "replace"),
      isStrict: raw.options.strict !== false,
      numeric: optionChoice(raw, "numeric", choices.NUMERIC_CHOICES) ?? "text",
      schema: schemas.length === 1 ? (schemas[0] ?? null) : null,
      disableTriggers: optionFlag(raw, "disableTriggers"),
      jobs,
    },
    isFolding: optionFlag(raw, "fold"),
    usesOrigin: raw.options.origin !== false,
    resume: optionText(raw, "resume"),
    backsUpFirst: content === "rows" && raw.options.safetyBackup !== false,
    allowed: allowedUncarried(raw.options.allowUncarried),
    checkQueries: optionText(raw, "checkQueries"),
    rejects: optionText(raw, "rejects"),
    report: optionText(raw, "report"),
    flagWords: againWords(
      raw,
      choices.COPY_RUN_OPTIONS.filter(({ flags }) => !flags.startsWith("--resume ")),
    ),
  };
  requireFitting(raw, input);
  return input;
}

function valueChoices(raw: RawInput): Omit<CopyWish["choices"], "schemas" | "jobs" | "holdWrites"> {
  return {
    tables: namesOf(raw, "tables"),
    excludeTables: namesOf(raw, "excludeTables"),
    onMismatch: optionChoice(raw, "onMismatch", choices.MISMATCH_CHOICES) ?? USUAL_CHOICES.onMismatch,
    nul: optionChoice(raw, "nul", choices.NUL_CHOICES) ?? USUAL_CHOICES.nul,
    invalidUtf8: optionChoice(raw, "invalidUtf8", choices.UTF8_CHOICES) ?? USUAL_CHOICES.invalidUtf8,
    orphans: optionChoice(raw, "orphans", choices.ORPHAN_CHOICES) ?? USUAL_CHOICES.orphans,
    nullKey: optionChoice(raw, "nullKey", choices.NULL_KEY_CHOICES) ?? USUAL_CHOICES.nullKey,
    epoch: optionChoice(raw, "epoch", choices.EPOCH_CHOICES) ?? USUAL_CHOICES.epoch,
    bool: optionChoice(raw, "bool", choices.BOOL_CHOICES) ?? USUAL_CHOICES.bool,
    json: optionChoice(raw, "jsonAs", choices.JSON_CHOICES) ?? USUAL_CHOICES.json,
    isTight: optionFlag(raw, "tight"),
    assumeTz: zoneOf(optionText(raw, "assumeTz")),
  };
}

function namesOf(raw: RawInput, name: string): readonly string[] {
  return optionList(raw, name).flatMap((names) => names.split(",").filter((one) => one !== ""));
}

function zoneOf(zone: string | null): string | null {
  if (zone === null) return null;
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return zone;
  } catch {
    throw new DbopsError("USAGE.INVALID", {
      message: `"${zone}" is no time zone`,
      hint: "for example: UTC, Europe/Berlin",
    });
  }
}
