import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { heldPromise } from "../../lib/core/held-promise.js";
import { childFailed } from "./child-errors.js";
import { connectedProgram } from "./child-program.js";
import { type LoadPlace, restoreArguments } from "./load-place.js";
import type { Tool } from "./tools.js";

export interface RestoreRun {
  readonly tool: Tool;
  readonly args: readonly string[];
  /** Fed to its standard input. */
  readonly input?: { readonly source: Readable; readonly through: readonly NodeJS.ReadWriteStream[] };
}

/** Runs one pg_restore into the place, to its end. What it refuses is an error, and so is a broken input. */
export async function runRestore(place: LoadPlace, run: RestoreRun): Promise<void> {
  const { context } = place;
  const args = [...restoreArguments(place), ...run.args];
  const spec = await connectedProgram(run.tool, place.target, { args, context });
  const child = await context.children.start({
    ...spec,
    stdin: run.input === undefined ? "ignore" : "pipe",
    stdout: "ignore",
  });
  const stop = (): void => void child.end();
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    const fed = heldPromise(feed(child.stdin, run.input));
    fed.catch(stop);
    const end = await child.ended;
    context.signal.throwIfAborted();
    if (end.signal === null && end.code !== 0) throw childFailed(child.command, end);
    await fed;
    if (end.code !== 0) throw childFailed(child.command, end);
  } finally {
    context.signal.removeEventListener("abort", stop);
  }
}

async function feed(stdin: NodeJS.WritableStream | null, input: RestoreRun["input"]): Promise<void> {
  if (input === undefined || stdin === null) return;
  await pipeline([input.source, ...input.through, stdin]);
}
