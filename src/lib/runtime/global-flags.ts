import type { Environment } from "../core/environment.js";
import { DbopsError } from "../core/errors.js";
import { parseDurationMs } from "../core/units.js";
import type { OptionSpec } from "./command.js";
import type { GlobalFlags } from "./context.js";

/** The flags that every command accepts, before or after the verb. */
export const GLOBAL_OPTIONS = [
  { flags: "-c, --config <file>", help: "use this dbops.yaml instead of looking for one" },
  { flags: "-t, --target <target>", help: "a name in dbops.yaml, a SQLite file, a postgres:// URL or service:NAME" },
  { flags: "--env <name>", help: "apply this entry of `environments` in dbops.yaml (DBOPS_ENV)" },
  { flags: "--env-file <file>", help: "read variables from this file instead of .env beside dbops.yaml" },
  { flags: "--json", help: "print exactly one JSON document on stdout; never prompt" },
  { flags: "-q, --quiet", help: "print nothing on success" },
  { flags: "-v, --verbose", help: "print details, and the stack of a bug" },
  { flags: "--no-color", help: "no colours (also NO_COLOR)" },
  { flags: "-n, --dry-run", help: "print what would be done and do nothing" },
  { flags: "-y, --yes", help: "answer yes where data is locked or rewritten, not where it is destroyed" },
  { flags: "--confirm <token>", help: "consent to destroy exactly what is named: name, db@host:port or path" },
  { flags: "--no-input", help: "never prompt (also CI=true)" },
  { flags: "--timeout <duration>", help: "give up after this time with exit code 124" },
  { flags: "--lock-wait <duration>", help: "wait this long for another run's lock (default 0s)" },
  { flags: "--log-file <file>", help: "append every message, with time, to this file" },
] as const satisfies readonly OptionSpec[];

/** The long names of global flags that take a value, and their short forms, as written on a command line. */
export const GLOBAL_VALUE_FLAGS: ReadonlySet<string> = new Set(
  GLOBAL_OPTIONS.filter(({ flags }) => flags.includes("<")).flatMap(({ flags }) =>
    flags.split(/[ ,]+/).filter((word) => word.startsWith("-")),
  ),
);

/** Gives the parsed options their meaning. USAGE.INVALID. */
export function globalFlags(options: Readonly<Record<string, unknown>>, env: Environment): GlobalFlags {
  const isJson = options.json === true;
  if (options.verbose === true && options.quiet === true) throw contradiction("--verbose", "--quiet");
  return {
    config: text(options.config),
    target: text(options.target),
    env: text(options.env),
    envFile: text(options.envFile),
    isJson,
    isQuiet: options.quiet === true,
    isVerbose: options.verbose === true,
    color: options.color === false ? false : null,
    isDryRun: options.dryRun === true,
    isYes: options.yes === true,
    confirm: text(options.confirm),
    canPrompt: options.input !== false && !isJson && !isTruthy(env.CI),
    timeoutMs: duration(options.timeout),
    lockWaitMs: duration(options.lockWait),
    logFile: text(options.logFile),
  };
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function duration(value: unknown): number | null {
  return typeof value === "string" ? parseDurationMs(value) : null;
}

function isTruthy(value: string | undefined): boolean {
  return value !== undefined && value !== "" && value !== "0" && value !== "false";
}

function contradiction(one: string, other: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `${one} and ${other} exclude each other`,
    hint: "give one of them",
  });
}
