import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "#dbops/lib/core/clock.js";
import { systemClock } from "#dbops/lib/core/clock.js";
import { type Ids, randomIds } from "#dbops/lib/core/ids.js";
import { runCli as runInProcess } from "#dbops/main.js";
import { fakeStreams } from "./fake-streams.js";

export interface RunOptions {
  /** Joined to a small environment of its own: nothing of the tester's machine but PATH. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Columns of a terminal; without it nothing is one. */
  readonly tty?: number;
  /** Told to the streams once they exist, to type answers or await output. */
  readonly talk?: (streams: ReturnType<typeof fakeStreams>) => Promise<void>;
  readonly clock?: Clock;
  readonly ids?: Ids;
  /** Sends the run a signal when it resolves. */
  readonly interrupt?: Promise<"SIGINT" | "SIGTERM" | "SIGHUP">;
}

export interface RunResult {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The one document of a --json run. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into documents of every shape.
  json(): any;
}

/** Runs a command line in this process, as the terminal would see it. */
export async function runCli(argv: readonly string[], options: RunOptions): Promise<RunResult> {
  const streams = fakeStreams(options.tty);
  const home = join(options.cwd, ".home");
  await mkdir(home, { recursive: true });
  const environment = {
    PATH: process.env.PATH,
    HOME: home,
    XDG_STATE_HOME: join(home, "state"),
    LANG: "C.UTF-8",
    ...options.env,
  };
  const running = runInProcess(argv, {
    environment,
    streams,
    cwd: options.cwd,
    clock: options.clock ?? systemClock,
    ids: options.ids ?? randomIds,
    onSignal: (listener) => {
      void options.interrupt?.then(listener);
      return { [Symbol.dispose]: () => {} };
    },
  });
  const [exit] = await Promise.all([running, options.talk?.(streams)]);
  const { text: stdout } = streams.stdout;
  return { exit, stdout, stderr: streams.stderr.text, json: () => JSON.parse(stdout) };
}
