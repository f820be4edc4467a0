import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { foreignCode } from "../core/errors.js";
import { describeHolder, readLockRecord, thisMachine } from "./lock-record.js";

/** A lock as the record beside it tells. The lock itself is not touched: even trying it would disturb a run. */
export interface SeenLock {
  /** The lock's path. */
  readonly place: string;
  /** `left`: its holder is dead, the kernel has freed it and the next holder tidies up. */
  readonly state: "held" | "left" | "unknown";
  /** Who holds or held it, or why that is not known. */
  readonly holder: string;
  /** The run named in the record. */
  readonly run: string | null;
}

export interface LockFinding {
  readonly status: "ok" | "warning";
  readonly detail: string;
  readonly fix: string | null;
}

const RECORD = /^\..*dbops-lock.*\.json$/;

/** Every lock of dbops whose record lies in the folder; none when there is no such folder. */
export async function seenLocksIn(folder: string): Promise<readonly SeenLock[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (["ENOENT", "ENOTDIR", "EACCES"].includes(foreignCode(error) ?? "")) return [];
    throw error;
  });
  const records = names.filter((name) => RECORD.test(name)).sort();
  return await Promise.all(records.map((name) => seenLock(join(folder, name))));
}

async function seenLock(recordPath: string): Promise<SeenLock> {
  const place = recordPath.slice(0, -".json".length);
  const record = await readLockRecord(recordPath);
  if (typeof record === "string") return { place, state: "unknown", holder: record, run: null };
  const { host, bootId } = await thisMachine();
  const holder = describeHolder(record);
  if (record.host !== host) return { place, state: "unknown", holder, run: record.run };
  const isHeld = record.bootId === bootId && isRunning(record.pid);
  return { place, state: isHeld ? "held" : "left", holder, run: record.run };
}

/** What that means for people. */
export function lockFinding({ place, state, holder }: SeenLock): LockFinding {
  if (state === "held") return { status: "ok", detail: `${place} is held by ${holder}`, fix: null };
  if (state === "left") {
    const fix = "nothing: the next run tidies up after it";
    return { status: "warning", detail: `${place} is free; its last holder was killed: ${holder}`, fix };
  }
  const detail = `${place} may be held: ${holder}`;
  return { status: "warning", detail, fix: "look on that machine, or as that user, whether the run still lives" };
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and belongs to another user.
    return foreignCode(error) === "EPERM";
  }
}
