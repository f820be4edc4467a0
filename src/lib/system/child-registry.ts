import { type ChildProcess, fork, spawn } from "node:child_process";
import { Socket } from "node:net";
import { PassThrough, pipeline, type Readable, type Writable } from "node:stream";
import { DbopsError, foreignCode } from "../core/errors.js";
import { markProcess, type ProcessMark } from "./processes.js";

/** How much of what a child says on its standard error is kept: its end. */
export const STDERR_KEPT_CHARS = 64 * 1024;
const GRACE_MS = 2000;
const HELD_BYTES = 256 * 1024;

export interface ChildSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly stdin?: "pipe" | "ignore" | undefined;
  readonly stdout?: "pipe" | "ignore" | undefined;
  /** What to install when the program is missing. */
  readonly installHint?: string | undefined;
}

export interface ForkOptions {
  readonly hasDataPipe?: boolean;
  /** Whom the child runs as; root alone may choose. Null for the user of this process. */
  readonly user?: { readonly uid: number; readonly gid: number } | null;
}

export interface ChildEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last 64 KiB of its standard error. */
  readonly stderr: string;
  /** What it has written to its standard output, where that is a pipe. */
  readonly outputBytes: number;
}

export interface Child {
  readonly pid: number;
  readonly command: string;
  readonly stdin: Writable | null;
  readonly stdout: Readable | null;
  /** Resolves when the process has ended and its pipes are closed; never rejects once started. */
  readonly ended: Promise<ChildEnd>;
  /** Ends the child's process group: SIGTERM, then SIGKILL after two seconds. */
  end(): Promise<void>;
}

/** Starts every child of a run in a process group of its own and ends them all with the run. */
export class ChildRegistry implements AsyncDisposable {
  readonly #live = new Map<number, { mark: ProcessMark; child: Child }>();
  readonly #listeners = new Set<(marks: readonly ProcessMark[]) => Promise<void>>();

  /** Told of every change before the child is used, so that a lock record can name it; dispose to stop. */
  onChange(listener: (marks: readonly ProcessMark[]) => Promise<void>): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  /** The children that run now. */
  get live(): readonly ProcessMark[] {
    return [...this.#live.values()].map(({ mark }) => mark);
  }

  /** TOOL.MISSING when the program cannot be started. */
  async start(spec: ChildSpec): Promise<Child> {
    const process = spawn(spec.command, [...spec.args], {
      detached: true,
      env: definedOnly(spec.env),
      stdio: [spec.stdin ?? "ignore", spec.stdout ?? "pipe", "pipe"],
      ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
      ...(spec.uid === undefined ? {} : { uid: spec.uid }),
      ...(spec.gid === undefined ? {} : { gid: spec.gid }),
    });
    const stdout = process.stdout === null ? null : held(process.stdout);
    await started(process, spec);
    return this.#register(process, spec.command, stdout);
  }

  /** Forks a module of ours with a message channel; stdout is not piped. A data pipe is its descriptor 4, where writes block. */
  async fork(
    module: URL,
    env: Readonly<Record<string, string | undefined>>,
    { hasDataPipe = false, user = null }: ForkOptions = {},
  ): Promise<{ child: Child; process: ChildProcess }> {
    const process = fork(module, [], {
      detached: true,
      env: definedOnly(env),
      execArgv: [],
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc", ...(hasDataPipe ? ["pipe" as const] : [])],
      ...user,
    });
    await started(process, { command: "node", args: [], env });
    return { child: await this.#register(process, "node", null), process };
  }

  /** Runs a program to its end, after `onStart` has seen it; TOOL.FAILED with its last words when the exit status is not 0. */
  async run(
    spec: ChildSpec,
    signal: AbortSignal,
    onStart?: (child: Child) => Promise<void>,
  ): Promise<{ stdout: string; stderr: string }> {
    signal.throwIfAborted();
    const child = await this.start({ ...spec, stdout: "pipe" });
    const onAbort = (): void => void child.end();
    signal.addEventListener("abort", onAbort, { once: true });
    // An abort while the child was being started has told nobody.
    if (signal.aborted) onAbort();
    try {
      await onStart?.(child);
      const chunks: Buffer[] = [];
      for await (const chunk of child.stdout ?? []) chunks.push(Buffer.from(chunk));
      const end = await child.ended;
      signal.throwIfAborted();
      if (end.code !== 0) throw toolFailed(spec.command, end);
      return { stdout: Buffer.concat(chunks).toString("utf8"), stderr: end.stderr };
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#live.values()].map(({ child }) => child.end()));
  }

  async #register(process: ChildProcess, command: string, stdout: Readable | null): Promise<Child> {
    const pid = process.pid ?? 0;
    const child: Child = {
      pid,
      command,
      stdin: process.stdin,
      stdout,
      ended: endOf(process),
      end: () => endGroup(process, child.ended),
    };
    this.#live.set(pid, { mark: await markProcess(pid), child });
    void child.ended.then(() => {
      this.#live.delete(pid);
      void this.#tell();
    });
    await this.#tell();
    return child;
  }

  async #tell(): Promise<void> {
    for (const listener of this.#listeners) await listener(this.live);
  }
}

/** TOOL.FAILED, or RESOURCE.DISK_FULL when the program's last words say so. */
export function toolFailed(command: string, end: ChildEnd): DbopsError {
  const program = command.split("/").at(-1) ?? command;
  const lastWords = end.stderr
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-10)
    .join("\n");
  const ending = end.signal === null ? `exit status ${end.code}` : `signal ${end.signal}`;
  const isDiskFull = /No space left on device|Disk quota exceeded|File too large/i.test(end.stderr);
  return new DbopsError(isDiskFull ? "RESOURCE.DISK_FULL" : "TOOL.FAILED", {
    message: `${program} ended with ${ending}`,
    why: lastWords === "" ? "it said nothing on standard error" : lastWords,
  });
}

function definedOnly(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}

/** Node throws a child's output away when it exits before anybody reads (flushStdio in child_process), so it is read at once. */
function held(stdout: Readable): Readable {
  const buffer = new PassThrough({ highWaterMark: HELD_BYTES });
  pipeline(stdout, buffer, () => {
    // An error here also destroys `buffer` and reaches its reader.
  });
  return buffer;
}

function started(process: ChildProcess, spec: ChildSpec): Promise<void> {
  return new Promise((resolve, reject) => {
    process.once("spawn", resolve);
    process.once("error", (cause) => reject(startFailed(spec, cause)));
  });
}

function startFailed(spec: ChildSpec, cause: Error): DbopsError {
  const isMissing = foreignCode(cause) === "ENOENT";
  return new DbopsError("TOOL.MISSING", {
    message: `cannot start ${spec.command}`,
    why: isMissing ? "the program is not installed, or not on PATH" : cause.message,
    hint: spec.installHint,
    cause,
  });
}

function endOf(process: ChildProcess): Promise<ChildEnd> {
  let stderr = "";
  process.stderr?.on("data", (chunk: Buffer) => {
    stderr = (stderr + chunk.toString("utf8")).slice(-STDERR_KEPT_CHARS);
  });
  process.stdin?.on("error", () => {});
  return new Promise((resolve) => {
    process.once("close", (code, signal) => {
      const outputBytes = process.stdout instanceof Socket ? process.stdout.bytesRead : 0;
      resolve({ code, signal, stderr, outputBytes });
    });
  });
}

async function endGroup(process: ChildProcess, ended: Promise<ChildEnd>): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  signalGroup(process, "SIGTERM");
  const timer = setTimeout(() => signalGroup(process, "SIGKILL"), GRACE_MS);
  process.stdout?.resume();
  await ended;
  clearTimeout(timer);
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}
