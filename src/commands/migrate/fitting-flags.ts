import { DbopsError } from "../../lib/core/errors.js";
import type { RawInput } from "../define.js";
import { optionFlag, optionText } from "../options.js";
import type { CopyRunInput } from "./copy-run-input.js";

type Fault = readonly [isFault: boolean, message: string, hint: string];

/** USAGE.INVALID for flags that make no sense together, in the order in which it is looked for. */
export function requireFitting(raw: RawInput, input: CopyRunInput): void {
  const fault = [...faultsOfAll(raw, input), ...faultsOfRows(raw, input)].find(([isFault]) => isFault);
  if (fault === undefined) return;
  const [, message, hint] = fault;
  throw new DbopsError("USAGE.INVALID", { message, hint });
}

function faultsOfAll(raw: RawInput, { content, choices, checkQueries, rejects }: CopyRunInput): readonly Fault[] {
  const leavesOut = [choices.onMismatch, choices.orphans].some((what) => what === "reject" || what === "null");
  return [
    [
      optionText(raw, "target") !== null,
      "migrate copy takes FROM and TO, and no --target",
      "dbops migrate copy FROM TO",
    ],
    [
      content === "schema" && checkQueries !== null,
      "--check-queries compares rows, and --schema-only copies none",
      "leave one of them out",
    ],
    [leavesOut && rejects === null, "what is left out needs a place", "add --rejects FILE"],
  ];
}

/** With --data-only, and without it. */
function faultsOfRows(raw: RawInput, { content, place, resume, usesOrigin }: CopyRunInput): readonly Fault[] {
  const isRows = content === "rows";
  return [
    [isRows && optionFlag(raw, "schemaOnly"), "--data-only and --schema-only exclude each other", "give one of them"],
    [isRows && place.isReplacing, "--data-only and --replace exclude each other", "give one of them"],
    [isRows && resume !== null, "--data-only is one transaction: there is nothing to resume", "begin it again"],
    [
      !isRows && place.disableTriggers,
      "--disable-triggers is for --data-only",
      "tables that are made have no triggers yet",
    ],
    [!isRows && raw.options.safetyBackup === false, "--no-safety-backup is for --data-only", "leave it out"],
    [
      isRows && (raw.options.numeric !== undefined || raw.options.strict === false),
      "--numeric and --no-strict are for tables that are made",
      "with --data-only the types of the target's own columns decide",
    ],
    [
      isRows && !usesOrigin,
      "--no-origin is for tables that are made",
      "--data-only writes no dbops_origin: leave it out",
    ],
  ];
}
