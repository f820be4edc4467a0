import { readFileSync, statSync } from "node:fs";
import { foreignCode } from "../core/errors.js";

export interface LockHolder {
  readonly pid: number;
  /** Its command line, as far as this user may see it. */
  readonly command: string;
}

/**
 * The processes that hold a POSIX lock on any of these bytes of a file, by Linux's /proc/locks; none where the system does
 * not tell. Processes of another pid namespace are listed with pid 0 or -1 and left out.
 */
export function lockHolders(path: string, bytes: { readonly first: number; readonly last: number }): LockHolder[] {
  const wanted = placeOf(path);
  const pids = new Set<number>();
  for (const line of textOf("/proc/locks").split("\n")) {
    // 1: POSIX  ADVISORY  READ 4711 fd:01:1048602 123 123
    const [, kind, , , pid = "", place, first = "", last = ""] = line.split(/\s+/);
    if (kind !== "POSIX" || place !== wanted || Number(pid) <= 0) continue;
    const end = last === "EOF" ? Number.MAX_SAFE_INTEGER : Number(last);
    if (Number(first) <= bytes.last && end >= bytes.first) pids.add(Number(pid));
  }
  return [...pids].map((pid) => ({ pid, command: commandOf(pid) }));
}

/** As /proc/locks writes device and file: `fd:01:1048602`. */
function placeOf(path: string): string {
  const { dev, ino } = statSync(path, { bigint: true });
  const major = ((dev >> 8n) & 0xfffn) | ((dev >> 32n) & 0xfffff000n);
  const minor = (dev & 0xffn) | ((dev >> 12n) & 0xffffff00n);
  const hex = (number: bigint): string => number.toString(16).padStart(2, "0");
  return `${hex(major)}:${hex(minor)}:${ino}`;
}

function commandOf(pid: number): string {
  const words = textOf(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
  return words === "" ? "unknown" : words.slice(0, 100);
}

/** A process may end between being listed and being looked at. */
function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(foreignCode(error) ?? "")) return "";
    throw error;
  }
}
