import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import type { ProcessMark } from "#dbops/lib/system/processes.js";

export interface LockHolder {
  readonly process: ChildProcessByStdio<null, Readable, null>;
  readonly pid: number;
  /** The child that the holder has started through its registry. */
  readonly child: ProcessMark;
}

/** Takes the lock in a process of its own, starts one child there, and says so by returning. */
export async function holdElsewhere(path: string): Promise<LockHolder> {
  const process = runWithLock(
    path,
    `const child = await children.start({ command: "sleep", args: ["600"], env: { PATH: "/usr/bin:/bin" } });
     console.log(JSON.stringify(children.live[0]));
     await child.ended;`,
  );
  const [line] = await once(process.stdout, "data");
  return { process, pid: process.pid ?? 0, child: JSON.parse(String(line)) };
}

/** Runs a script that holds the lock in its first line; `said` is the error's code when it cannot. */
export function runWithLock(path: string, script: string, uid?: number): LockHolder["process"] {
  const module = (file: string) => JSON.stringify(new URL(`../../dist/lib/${file}`, import.meta.url).href);
  const source = `
    const { acquireLockFile } = await import(${module("system/lock-file.js")});
    const { ChildRegistry } = await import(${module("system/child-registry.js")});
    const { systemClock } = await import(${module("core/clock.js")});
    const children = new ChildRegistry();
    const holder = { run: "run-elsewhere", command: "backup create" };
    const signal = new AbortController().signal;
    try {
      const lock = await acquireLockFile(process.argv[1], { waitMs: 0, holder, children, clock: systemClock, signal });
      ${script}
    } catch (error) {
      console.log(error.code);
    }`;
  const identity = uid === undefined ? {} : { uid, gid: uid };
  const args = ["--input-type=module", "-e", source, path];
  return spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], ...identity });
}
