import { readFile, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { foreignCode, messageOf } from "../core/errors.js";
import { writeFileAtomically } from "./files.js";
import { endOrphan, isAlive, type ProcessMark } from "./processes.js";

const ORPHAN_GONE_TRIES = 100;
const ORPHAN_PAUSE_MS = 20;

/** Who holds a lock, written beside it for messages and for ending orphans. */
export interface LockRecord {
  readonly version: 1;
  readonly run: string;
  readonly command: string;
  readonly host: string;
  /** Start times of processes can only be compared within one boot; null where the system does not tell. */
  readonly bootId: string | null;
  readonly pid: number;
  readonly since: string;
  /** Where the run keeps its throw-away files; null when it has none. */
  readonly workDir: string | null;
  /** Children of the holder; the next holder ends those that are still theirs. */
  readonly children: readonly ProcessMark[];
}

/** What this process is, as far as a lock record tells it. */
export async function thisMachine(): Promise<Pick<LockRecord, "host" | "bootId" | "pid">> {
  const bootId = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => null);
  return { host: hostname(), bootId: bootId?.trim() ?? null, pid: process.pid };
}

/** The record beside a lock, or the reason why there is none to read. */
export async function readLockRecord(path: string): Promise<LockRecord | string> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, "utf8"));
    return isLockRecord(parsed) ? parsed : `${path} is not a lock record`;
  } catch (error) {
    const code = foreignCode(error);
    if (code === "ENOENT") return "it has left no record of itself yet";
    if (code === "EACCES") return `its record ${path} belongs to another user`;
    return `its record ${path} cannot be read: ${messageOf(error)}`;
  }
}

/** `run … (backup create), process 4711 on db1, since …`: for messages. */
export function describeHolder({ run, command, pid, host, since }: LockRecord): string {
  return `run ${run} (${command}), process ${pid} on ${host}, since ${since}`;
}

export async function writeLockRecord(path: string, record: LockRecord): Promise<void> {
  await writeFileAtomically(path, `${JSON.stringify(record)}\n`);
}

export async function removeLockRecord(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Ends what a dead holder on this machine has left running; one line for each process ended. */
export async function endOrphansOf(record: LockRecord): Promise<readonly string[]> {
  const { host, bootId } = await thisMachine();
  if (record.host !== host || record.bootId !== bootId) return [];
  const ended: string[] = [];
  for (const child of record.children) {
    if (!(await endOrphan(child))) continue;
    await untilGone(child);
    ended.push(`ended process ${child.pid}, left behind by run ${record.run} (${record.command})`);
  }
  return ended;
}

async function untilGone(mark: ProcessMark): Promise<void> {
  for (let tries = 0; tries < ORPHAN_GONE_TRIES && (await isAlive(mark)); tries += 1) await pause(ORPHAN_PAUSE_MS);
}

function isLockRecord(value: unknown): value is LockRecord {
  const { run, command, host, since, bootId, pid, workDir, children } = fieldsOf(value);
  const areTexts = [run, command, host, since, bootId ?? "", workDir ?? ""].every((text) => typeof text === "string");
  return areTexts && Number.isInteger(pid) && Array.isArray(children) && children.every(isProcessMark);
}

function isProcessMark(value: unknown): value is ProcessMark {
  const { pid, startTicks } = fieldsOf(value);
  // Signals to pid 0 and 1 would reach our own group and everybody.
  return typeof pid === "number" && pid > 1 && (startTicks === null || typeof startTicks === "string");
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
