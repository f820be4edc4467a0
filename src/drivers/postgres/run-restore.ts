import type { ChildSpec } from "../../lib/system/child-registry.js";
import type { DriverContext } from "../driver.js";
import { requireSuccess } from "./child-output.js";
import { connectedProgram } from "./child-program.js";
import { type ChildInput, endsWithZero, feedChild, type IsGoodEnd } from "./feed-child.js";
import type { LoadPlace } from "./load-place.js";
import { isRefusedAtFirst, wasOnlyRefusedAtFirst } from "./restore-outcome.js";
import type { Tool } from "./tools.js";

export interface RestoreRun {
  readonly tool: Tool;
  readonly args: readonly string[];
  /** Fed to its standard input. */
  readonly input?: ChildInput;
}

/** Runs one pg_restore into the place, to its end. What it refuses is an error, and so is a broken input. */
export async function runRestore(place: LoadPlace, { tool, args, input }: RestoreRun): Promise<void> {
  const { context, target } = place;
  const isTolerant = isRefusedAtFirst(tool, place);
  const isGood: IsGoodEnd = isTolerant ? (end) => endsWithZero(end) || wasOnlyRefusedAtFirst(end) : endsWithZero;
  const stop = isTolerant ? [] : ["--exit-on-error"];
  const tablespaces = place.keepTablespace ? [] : ["--no-tablespaces"];
  const spec = await connectedProgram(tool, target, { args: [...stop, ...tablespaces, ...args], context });
  if (input === undefined) {
    await requireRun(context, spec, isGood);
    return;
  }
  const child = await context.children.start({ ...spec, stdin: "pipe", stdout: "ignore" });
  await feedChild(child, input, { signal: context.signal, isGood });
}

async function requireRun(context: DriverContext, spec: ChildSpec, isGood: IsGoodEnd): Promise<void> {
  const child = await context.children.start({ ...spec, stdout: "ignore" });
  const stop = (): void => void child.end();
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    await requireSuccess(child, context.signal, isGood);
  } finally {
    context.signal.removeEventListener("abort", stop);
  }
}
