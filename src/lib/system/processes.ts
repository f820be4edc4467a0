import { readdir, readFile } from "node:fs/promises";

/** A process that can be told from a later one with the same pid. */
export interface ProcessMark {
  readonly pid: number;
  /** Start time in clock ticks since boot (Linux); null where the system does not tell. */
  readonly startTicks: string | null;
}

/** Field 22 of /proc/PID/stat; the name in parentheses may hold anything, so fields are counted after the last `)`. */
export async function markProcess(pid: number): Promise<ProcessMark> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { pid, startTicks: fields[19] ?? null };
  } catch {
    return { pid, startTicks: null };
  }
}

/** True while that very process lives; a zombie counts as ended. False where it cannot be told. */
export async function isAlive(mark: ProcessMark): Promise<boolean> {
  if (mark.startTicks === null) return false;
  const now = await markProcess(mark.pid);
  return now.startTicks === mark.startTicks && !(await isZombie(mark.pid));
}

/** Ends a process group that is still ours by SIGKILL and returns whether there was one. */
export async function endOrphan(mark: ProcessMark): Promise<boolean> {
  if (!(await isAlive(mark))) return false;
  try {
    process.kill(-mark.pid, "SIGKILL");
  } catch {
    return killOne(mark.pid);
  }
  return true;
}

/** Pids of processes that hold `path` open, of those that this user may look at; `unseen` counts the others. */
export async function processesHolding(
  devIno: string,
  statOf: (path: string) => Promise<string | null>,
): Promise<{ pids: number[]; unseen: number }> {
  const pids: number[] = [];
  let unseen = 0;
  for (const entry of await readdir("/proc").catch(() => [])) {
    if (!/^\d+$/.test(entry)) continue;
    const descriptors = await readdir(`/proc/${entry}/fd`).catch((error: NodeJS.ErrnoException) =>
      error.code === "EACCES" ? null : [],
    );
    if (descriptors === null) unseen += 1;
    for (const descriptor of descriptors ?? []) {
      if ((await statOf(`/proc/${entry}/fd/${descriptor}`)) === devIno) {
        pids.push(Number(entry));
        break;
      }
    }
  }
  return { pids, unseen };
}

async function isZombie(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  return stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
}

function killOne(pid: number): boolean {
  try {
    process.kill(pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}
