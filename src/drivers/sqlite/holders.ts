import { existsSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { processesHolding } from "../../lib/system/processes.js";

/** Who has a file open, as far as this user may look. */
export interface Holders {
  /** One line for each other process: `4711 node server.js`. */
  readonly sessions: readonly string[];
  /** What could not be seen; null when everything could. */
  readonly unseen: string | null;
}

/** Looks through /proc for processes other than this one that have the file open. */
export async function holdersOf(path: string): Promise<Holders> {
  if (!existsSync("/proc/self/fd")) {
    return { sessions: [], unseen: "this system does not tell which processes have a file open" };
  }
  const wanted = await devInoOf(path);
  if (wanted === null) return { sessions: [], unseen: null };
  const { pids, unseen } = await processesHolding(wanted, devInoOf);
  const others = pids.filter((pid) => pid !== process.pid);
  return {
    sessions: await Promise.all(others.map(describe)),
    unseen: unseen === 0 ? null : `${unseen} processes of other users could not be looked at`,
  };
}

/** A process may end between being listed and being looked at. */
async function devInoOf(path: string): Promise<string | null> {
  return await stat(path, { bigint: true }).then(
    ({ dev, ino }) => `${dev}:${ino}`,
    () => null,
  );
}

async function describe(pid: number): Promise<string> {
  const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
  return `${pid} ${words.replaceAll("\0", " ").trim().slice(0, 100)}`.trim();
}
