import type { ZodType } from "zod";
import type { ExitName, PluginState } from "../core/exit-codes.js";
import type { StepDescription } from "../core/plan.js";
import type { View } from "../core/view.js";
import type { Context } from "./context.js";

export type { Context } from "./context.js";

/** How much a command may hurt at most; the plan's steps say how much this run does. */
export type Danger = "reads" | "writes" | "locks" | "destroys";

export interface OptionSpec {
  /** As commander writes it: `-o, --output <file>`, `--all`, `--no-x`. */
  readonly flags: string;
  readonly help: string;
  /** A collector: may be given several times. */
  readonly isRepeatable?: true;
  readonly choices?: readonly string[];
  /** Nothing can be done without it: usage lines show it. */
  readonly isRequired?: true;
}

export interface ArgumentSpec {
  /** As commander writes it: `[target]`, `<file...>`. */
  readonly name: string;
  readonly help: string;
}

/** What must stand on a command line: `[target]`, `--output <path>`. */
export function requiredWords({
  args = [],
  options = [],
}: {
  readonly args?: readonly ArgumentSpec[] | undefined;
  readonly options?: readonly OptionSpec[] | undefined;
}): readonly string[] {
  const flags = options.filter(({ isRequired }) => isRequired).map((option) => option.flags.replace(/^-\w, /, ""));
  return [...args.map(({ name }) => name), ...flags];
}

/** What the command line said, before any meaning is given to it. */
export interface RawInput {
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  /** What stood after `--`. */
  readonly passThrough: readonly string[];
}

export interface Consent {
  /** Words any of which `--confirm` accepts; the first one is shown. Needed for `destroys`. */
  readonly tokens: readonly string[];
  /** What the user should see before deciding. */
  readonly shows: View;
}

export interface Plan<Data> {
  readonly targets: readonly string[];
  readonly steps: readonly StepDescription[];
  readonly consent?: Consent | undefined;
  /** What --dry-run tells where steps alone say too little. */
  readonly preview?: Preview<Data> | undefined;
  /** Does the work. Findings and verify results are data, never thrown. */
  run(): Promise<Outcome<Data>>;
}

export interface Preview<Data> {
  readonly data: Data;
  readonly view: View;
  readonly exit: ExitName;
}

export interface Outcome<Data> {
  readonly data: Data;
  /** OK unless said otherwise. */
  readonly exit?: ExitName | undefined;
  /** Shown when the work ended with an error but its results must be seen all the same. */
  readonly error?: Error | undefined;
  /** Takes the place of `exit` where a monitoring plugin was asked for. */
  readonly plugin?: PluginState | undefined;
}

export interface CommandSpec<Input, Data> {
  /** The words after `dbops`: `backup create`. */
  readonly path: string;
  readonly summary: string;
  readonly danger: Danger;
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  readonly args?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  /** --timeout is the time it has: it ends by itself, with what is done by then. */
  readonly ownsTimeout?: true;
  /** Accepts arguments after `--`. */
  readonly acceptsPassThrough?: true;
  /** Gives meaning to the words; throws USAGE.INVALID. */
  input(raw: RawInput): Input;
  /** Resolves targets, takes locks, looks, and says what will be done. Changes nothing. */
  plan(context: Context, input: Input): Promise<Plan<Data>>;
  /** For people, or in the format that was asked for. */
  view(data: Data, context: Context, input: Input): View | Promise<View>;
  /** The zod schema of `data`, reached lazily to keep the start fast. */
  schema(): Promise<ZodType<Data>>;
}

/** A command whose Input and Data types are known only inside it. */
export interface Command {
  readonly spec: Omit<CommandSpec<never, never>, "input" | "plan" | "view" | "schema">;
  schema(): Promise<ZodType>;
  /** Parses the input and returns what the pipeline needs. */
  prepare(raw: RawInput): PreparedCommand;
}

export interface PreparedCommand {
  plan(context: Context): Promise<PreparedPlan>;
}

export interface PreparedPlan {
  readonly targets: readonly string[];
  readonly steps: readonly StepDescription[];
  readonly consent: Consent | null;
  readonly preview: Preview<unknown> | null;
  run(): Promise<PreparedOutcome>;
}

export interface PreparedOutcome {
  readonly data: unknown;
  readonly exit: ExitName;
  readonly error: Error | null;
  readonly plugin: PluginState | null;
  readonly view: View;
}

/** A line of the registry: enough for help and dispatch without loading the command. */
export interface RegistryEntry {
  /** The words after `dbops`. */
  readonly path: string;
  readonly summary: string;
  readonly danger: Danger;
  /** With `--format nagios` it speaks and exits as a monitoring plugin, also when it fails. */
  readonly isPlugin?: true;
  readonly load: () => Promise<Command>;
}

export interface Group {
  readonly name: string;
  readonly summary: string;
  /** The subcommand meant when none is named. */
  readonly defaultCommand?: string | undefined;
}
