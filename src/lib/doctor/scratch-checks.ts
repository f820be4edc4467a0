import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnosis } from "../../drivers/driver.js";
import { shellWord } from "../core/shell-word.js";
import { formatDuration } from "../core/units.js";
import { folderFacts } from "./folder-facts.js";
import { errorLine, okLine, warningLine } from "./lines.js";
import { spaceLine } from "./space-line.js";

/** No run works this long in its scratch folder; younger ones may still live. */
const DEAD_AFTER_MS = 24 * 3_600_000;
const OURS = /^dbops-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-[0-9a-f]{6}(?:-.+)?$/;

export interface ScratchUse {
  /** Size of the largest database that would be proven there. */
  readonly neededBytes: number;
  readonly now: Date;
  /** This run. */
  readonly run: string;
}

/** The folder for throw-away copies: may it be written, is there room, what did killed runs leave. */
export async function scratchChecks(folder: string, use: ScratchUse): Promise<readonly Diagnosis[]> {
  const facts = await folderFacts(folder);
  if (!facts.exists || !facts.isFolder) {
    return [
      errorLine("scratch", `${folder} is no folder`, `mkdir -m 1777 -p ${shellWord(folder)}, or set backup.scratch`),
    ];
  }
  const fix = "let this user write there, or choose another folder with --scratch or backup.scratch";
  const place = facts.canWrite ? okLine("scratch", folder) : errorLine("scratch", `${folder} cannot be written`, fix);
  return [
    place,
    spaceLine("scratch space", { folder, facts, neededBytes: use.neededBytes }),
    ...(await leftoverLines(folder, use)),
  ];
}

async function leftoverLines(folder: string, { now, run }: ScratchUse): Promise<readonly Diagnosis[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(`dbops-${run}`));
  return names.sort().flatMap((name) => {
    const startedMs = startOf(name);
    if (startedMs === null) return [];
    const ageMs = now.getTime() - startedMs;
    const detail = `${join(folder, name)}, of a run that began ${formatDuration(Math.max(0, ageMs))} ago`;
    if (ageMs < DEAD_AFTER_MS) return [okLine("scratch in use", detail)];
    return [warningLine("scratch leftovers", detail, `rm -rf ${shellWord(join(folder, name))}`)];
  });
}

function startOf(name: string): number | null {
  const match = OURS.exec(name);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
