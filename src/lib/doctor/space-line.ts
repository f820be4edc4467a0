import type { Diagnosis } from "../../drivers/driver.js";
import { formatBytes } from "../core/units.js";
import type { FolderFacts } from "./folder-facts.js";
import { errorLine, okLine, warningLine } from "./lines.js";

/** With less than this many times what is needed, the next growth fills the disk. */
const COMFORTABLE = 3;

export interface SpaceNeeded {
  readonly folder: string;
  readonly facts: FolderFacts;
  readonly neededBytes: number;
}

/** Whether what will be written next fits. */
export function spaceLine(subject: string, { folder, facts, neededBytes }: SpaceNeeded): Diagnosis {
  const free = `${formatBytes(facts.freeBytes)} free at ${folder}`;
  const detail = neededBytes === 0 ? free : `${free}, about ${formatBytes(neededBytes)} needed next`;
  const fix = "free space there, or choose another folder";
  if (facts.freeBytes < neededBytes || facts.freeBytes === 0) return errorLine(subject, detail, fix);
  if (facts.freeBytes < COMFORTABLE * neededBytes) return warningLine(subject, detail, fix);
  return okLine(subject, detail);
}
