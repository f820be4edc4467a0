import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { heldPromise } from "../../lib/core/held-promise.js";
import { childFailed } from "./child-errors.js";
import { connectedProgram } from "./child-program.js";
import type { LoadPlace } from "./load-place.js";
import { ScriptGuard } from "./script-guard.js";

export interface ScriptRun {
  readonly script: Readable;
  /** Statements to run before; with them, everything is one transaction, committed only when the script has come whole. */
  readonly before: string | null;
}

/** Runs an SQL script through psql, where the first error ends it. DB.REFUSED for commands of psql in it. */
export async function loadScript(place: LoadPlace, run: ScriptRun): Promise<void> {
  const { context, tools, target } = place;
  const tool = await tools.find("psql", 0);
  const files: string[] = [];
  if (run.before !== null) {
    files.push(join(await context.workDir(), `before-${context.ids.hex(6)}.sql`));
    await writeFile(files[0] ?? "", `BEGIN;\n${run.before}`, { mode: 0o600 });
  }
  const args = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", ...[...files, "-"].map((file) => `--file=${file}`)];
  const serverOptions = `-c standard_conforming_strings=on -c lock_timeout=${Math.max(1, context.lockTimeoutMs)}`;
  const spec = await connectedProgram(tool, target, { args, context, serverOptions });
  const child = await context.children.start({ ...spec, stdin: "pipe", stdout: "ignore" });
  if (child.stdin === null) throw new Error("psql was started without a pipe");
  const stop = (): void => void child.end();
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    const fed = heldPromise(
      pipeline(run.script, new ScriptGuard({ isOneTransaction: run.before !== null }), child.stdin),
    );
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
