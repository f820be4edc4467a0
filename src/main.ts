import { GROUPS } from "./commands/groups.js";
import { COMMANDS } from "./commands/registry.js";
import { processEnvironment } from "./lib/config/process-environment.js";
import { systemClock } from "./lib/core/clock.js";
import { asDbopsError, type DbopsError, reportError } from "./lib/core/errors.js";
import { exitCode } from "./lib/core/exit-codes.js";
import { randomIds } from "./lib/core/ids.js";
import { Redactor } from "./lib/core/redaction.js";
import { nameCommand } from "./lib/runtime/command-words.js";
import { envelope } from "./lib/runtime/envelope.js";
import { globalFlags } from "./lib/runtime/global-flags.js";
import type { Host } from "./lib/runtime/host.js";
import { isPluginLine, tellPlugin } from "./lib/runtime/plugin-failure.js";
import { RunSignal } from "./lib/runtime/run-signal.js";
import { dbopsVersion } from "./lib/runtime/version.js";
import { processStreams } from "./lib/terminal/streams.js";
import { type Asked, parseCommandLine } from "./program.js";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** The command line of this process; sets the exit code and lets the process end by itself. */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await runCli(argv, processHost());
}

/** Runs a command line in a world and returns its exit code. Never throws, never exits. */
export async function runCli(argv: readonly string[], host: Host): Promise<number> {
  const cut = argv.indexOf("--");
  const own = cut === -1 ? argv : argv.slice(0, cut);
  const passThrough = cut === -1 ? null : argv.slice(cut + 1);
  let asked: Asked;
  try {
    asked = await parseCommandLine(
      { argv: own, passThrough, version: dbopsVersion() },
      { groups: GROUPS, commands: COMMANDS },
    );
    if (asked.kind === "print") return await print(asked, host);
    return await run(asked, argv, host);
  } catch (error) {
    return await refuse(asDbopsError(error), own, host);
  }
}

async function run(asked: Extract<Asked, { kind: "run" }>, argv: readonly string[], host: Host): Promise<number> {
  const flags = globalFlags(asked.raw.options, host.environment);
  const redactor = new Redactor();
  const { createTerminal } = await import("./lib/terminal/terminal.js");
  const { runCommand } = await import("./lib/runtime/run-command.js");
  const { clock, streams, environment } = host;
  await using terminal = await createTerminal({
    streams,
    environment,
    flags,
    clock,
    redact: (text) => redactor.redact(text),
  });
  using runSignal = new RunSignal(host, () => terminal.progress.note("cancelling…"));
  const exit = await runCommand(asked.command, asked.raw, {
    host,
    argv,
    flags,
    terminal,
    redactor,
    runSignal,
    isPlugin: isPluginLine(argv, COMMANDS),
    siblings: asked.siblings,
  });
  await terminal.flush();
  return exit;
}

/** Help and version: stdout when asked for, stderr with exit 2 when shown because something was missing. */
async function print(asked: Extract<Asked, { kind: "print" }>, { streams }: Host): Promise<number> {
  const { createWriter } = await import("./lib/terminal/writer.js");
  const name = asked.isError ? "stderr" : "stdout";
  using writer = createWriter(streams[name], name, (text) => text);
  await writer.write(asked.text);
  await writer.flush();
  return exitCode(asked.isError ? "USAGE" : "OK");
}

/** An error before any command could run; `--json` is looked for in the raw words, so that it is obeyed here too. */
async function refuse(error: DbopsError, argv: readonly string[], host: Host): Promise<number> {
  const { createTerminal } = await import("./lib/terminal/terminal.js");
  const isJson = argv.includes("--json");
  const flags = {
    isJson,
    isQuiet: false,
    isVerbose: argv.includes("--verbose") || argv.includes("-v"),
    color: null,
    canPrompt: false,
  };
  const redactor = new Redactor();
  const { clock, streams, environment } = host;
  await using terminal = await createTerminal({
    streams,
    environment,
    flags,
    clock,
    redact: (text) => redactor.redact(text),
  });
  const report = reportError(error);
  await terminal.showError(report, error.cause);
  if (isJson) {
    const startedAt = clock.now().toISOString();
    const nothing = { command: commandOf(argv), run: "", targets: [], data: null, warnings: [] };
    await terminal.showJson(envelope({ ...nothing, exit: error.exit, startedAt, durationMs: 0, error: report }));
  }
  const exit = isPluginLine(argv, COMMANDS) ? await tellPlugin(error, terminal) : error.exit;
  try {
    await terminal.flush();
  } catch {
    // Stdout takes nothing, which may be what this error says: the exit code has the last word.
  }
  return exit;
}

/** The command that a refused line names, as far as it names one. */
function commandOf(argv: readonly string[]): string {
  try {
    const named = nameCommand(argv, { groups: GROUPS, commands: COMMANDS });
    return named.kind === "command" ? named.entry.path : "";
  } catch {
    // An unknown verb is what the line is refused for.
    return "";
  }
}

function processHost(): Host {
  return {
    environment: processEnvironment(),
    streams: processStreams(),
    cwd: process.cwd(),
    clock: systemClock,
    ids: randomIds,
    onSignal: listenToSignals,
  };
}

/**
 * The first signal asks the run to stop; the second one gets the system's own effect. Listening goes on in between: a
 * signal that arrives while a listener is being removed would be lost, and the spinner's signal-exit kills a process in
 * which it finds no listener but its own.
 */
function listenToSignals(listener: (name: (typeof SIGNALS)[number]) => void): Disposable {
  let isAsked = false;
  const stop = (): void => {
    for (const { signal, handler } of listening) process.off(signal, handler);
  };
  const listening = SIGNALS.map((name) => {
    const onSignal = (): void => {
      if (isAsked) {
        stop();
        process.kill(process.pid, name);
        return;
      }
      isAsked = true;
      listener(name);
    };
    process.on(name, onSignal);
    return { signal: name, handler: onSignal };
  });
  return { [Symbol.dispose]: stop };
}
