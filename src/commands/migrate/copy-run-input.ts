import type { CopyWish } from "../../lib/copy/copy-wish.js";
import { USUAL_CHOICES } from "../../lib/copy/usual-choices.js";
import { DbopsError } from "../../lib/core/errors.js";
import type { RawInput } from "../define.js";
import { optionChoice, optionCount, optionFlag, optionList, optionText } from "../options.js";
import { againWords } from "./again-words.js";
import { allowedUncarried } from "./allowed-uncarried.js";
import * as choices from "./copy-run-options.js";

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

/** What makes no sense together, in the order in which it is looked for. */
function requireFitting(
  raw: RawInput,
  { content, choices: chosen, place, resume, backsUpFirst, rejects }: CopyRunInput,
): void {
  const isRows = content === "rows";
  const leavesOut = [chosen.onMismatch, chosen.orphans].some((what) => what === "reject" || what === "null");
  const faults: readonly (readonly [isFault: boolean, message: string, hint: string])[] = [
    [
      optionText(raw, "target") !== null,
      "migrate copy takes FROM and TO, and no --target",
      "dbops migrate copy FROM TO",
    ],
    [isRows && optionFlag(raw, "schemaOnly"), "--data-only and --schema-only exclude each other", "give one of them"],
    [isRows && place.isReplacing, "--data-only and --replace exclude each other", "give one of them"],
    [isRows && resume !== null, "--data-only is one transaction: there is nothing to resume", "begin it again"],
    [
      !isRows && place.disableTriggers,
      "--disable-triggers is for --data-only",
      "tables that are made have no triggers yet",
    ],
    [
      !isRows && raw.options.safetyBackup === false && !backsUpFirst,
      "--no-safety-backup is for --data-only",
      "leave it out",
    ],
    [leavesOut && rejects === null, "what is left out needs a place", "add --rejects FILE"],
  ];
  const fault = faults.find(([isFault]) => isFault);
  if (fault === undefined) return;
  const [, message, hint] = fault;
  throw new DbopsError("USAGE.INVALID", { message, hint });
}
