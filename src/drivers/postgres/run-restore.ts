import type { ChildSpec } from "../../lib/system/child-registry.js";
import type { DriverContext } from "../driver.js";
import { requireSuccess } from "./child-output.js";
import { connectedProgram } from "./child-program.js";
import { type ChildInput, feedChild } from "./feed-child.js";
import { type LoadPlace, restoreArguments } from "./load-place.js";
import type { Tool } from "./tools.js";

export interface RestoreRun {
  readonly tool: Tool;
  readonly args: readonly string[];
  /** Fed to its standard input. */
  readonly input?: ChildInput;
}

/** Runs one pg_restore into the place, to its end. What it refuses is an error, and so is a broken input. */
export async function runRestore(place: LoadPlace, run: RestoreRun): Promise<void> {
  const { context } = place;
  const args = [...restoreArguments(place), ...run.args];
  const spec = await connectedProgram(run.tool, place.target, { args, context });
  if (run.input === undefined) {
    await requireRun(context, spec);
    return;
  }
  const child = await context.children.start({ ...spec, stdin: "pipe", stdout: "ignore" });
  await feedChild(child, run.input, context.signal);
}

async function requireRun(context: DriverContext, spec: ChildSpec): Promise<void> {
  const child = await context.children.start({ ...spec, stdout: "ignore" });
  const stop = (): void => void child.end();
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    await requireSuccess(child, context.signal);
  } finally {
    context.signal.removeEventListener("abort", stop);
  }
}
