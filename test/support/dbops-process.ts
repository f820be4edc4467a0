import { spawn } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";

const DBOPS = resolve(import.meta.dirname, "../../bin/dbops.js");

export interface DbopsProcess {
  /** Resolves when its standard error holds the words; rejects when it has ended before. */
  says(words: string): Promise<void>;
  /** Ends dbops alone by SIGKILL, as the kernel would; its children are not asked. */
  kill(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** As at a keyboard; needs `isInTerminal`. */
  type(keys: string): void;
  readonly ended: Promise<{ readonly exit: number | null; readonly stdout: string; readonly stderr: string }>;
}

export interface DbopsProcessOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** No file may grow beyond that many KiB, as on a disk that is full. */
  readonly fileLimitKib?: number;
  /** Runs it in a terminal of its own, whose whole output is then in `stdout`. */
  readonly isInTerminal?: boolean;
}

/** Runs bin/dbops.js as a process of its own, which can be killed. */
export async function startDbops(argv: readonly string[], options: DbopsProcessOptions): Promise<DbopsProcess> {
  const home = join(options.cwd, ".home");
  await mkdir(home, { recursive: true });
  const command = [process.execPath, DBOPS, ...argv];
  const limited =
    options.fileLimitKib === undefined
      ? command
      : ["bash", "-c", `ulimit -f ${options.fileLimitKib}; exec "$@"`, "dbops", ...command];
  const [file = "", ...args] = options.isInTerminal === true ? inTerminal(limited) : limited;
  const env = { PATH: process.env.PATH, HOME: home, XDG_STATE_HOME: join(home, "state"), ...options.env };
  const child = spawn(file, args, { cwd: options.cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  if (options.isInTerminal !== true) child.stdin.end();
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  const ended = once(child, "close").then(([exit]) => ({
    exit: typeof exit === "number" ? exit : null,
    stdout,
    stderr,
  }));
  return {
    ended,
    says: async (words) => {
      const stream = options.isInTerminal === true ? child.stdout : child.stderr;
      const said = (): string => (options.isInTerminal === true ? stdout : stderr);
      while (!said().includes(words)) {
        const isOver = await Promise.race([once(stream, "data").then(() => false), ended.then(() => true)]);
        if (isOver && !said().includes(words)) throw new Error(`dbops ended before it said "${words}": ${said()}`);
      }
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
    signal: (name) => void child.kill(name),
    type: (keys) => void child.stdin.write(keys),
  };
}

/** `script` of util-linux: what is typed goes through a real terminal line, which makes Ctrl-C a signal. */
function inTerminal(command: readonly string[]): readonly string[] {
  const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  return ["script", "--quiet", "--return", "--flush", "--command", words.join(" "), "/dev/null"];
}

/** Resolves when a file whose name holds the words is in the folder. */
export async function fileAppears(folder: string, words: string): Promise<void> {
  const stop = new AbortController();
  await new Promise<void>((seen, failed) => {
    const look = (): void => {
      readdir(folder).then((names) => names.some((name) => name.includes(words)) && seen(), failed);
    };
    watch(folder, { signal: stop.signal }, look).on("error", failed);
    look();
  });
  stop.abort();
}
