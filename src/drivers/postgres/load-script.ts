import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { connectedProgram } from "./child-program.js";
import { feedChild } from "./feed-child.js";
import type { LoadPlace } from "./load-place.js";
import { NO_TIMEOUTS } from "./no-timeouts.js";
import { ScriptGuard } from "./script-guard.js";

export interface ScriptRun {
  readonly script: Readable;
  /** Makes everything one transaction, committed only when the script has come whole. */
  readonly transaction: ScriptTransaction | null;
}

/** What is run, in psql's words, after its BEGIN and before its COMMIT. */
export interface ScriptTransaction {
  readonly before: string;
  readonly after: string;
}

/** Runs an SQL script through psql, where the first error ends it. DB.REFUSED for commands of psql in it. */
export async function loadScript(place: LoadPlace, run: ScriptRun): Promise<void> {
  const { context, tools, target } = place;
  const tool = await tools.newest("psql");
  const before = join(await context.workDir(), `before-${context.ids.hex(6)}.sql`);
  const begin = run.transaction === null ? "" : `BEGIN;\n${run.transaction.before}`;
  await writeFile(before, `${NO_TIMEOUTS};\n${begin}`, { mode: 0o600 });
  const args = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", `--file=${before}`, "--file=-"];
  const serverOptions = `-c standard_conforming_strings=on -c lock_timeout=${Math.max(1, context.lockTimeoutMs)}`;
  const spec = await connectedProgram(tool, target, { args, context, serverOptions });
  const child = await context.children.start({ ...spec, stdin: "pipe", stdout: "ignore" });
  const lastWords = run.transaction === null ? null : `${run.transaction.after}COMMIT;\n`;
  const guard = new ScriptGuard({ lastWords, serverMajor: place.major });
  await feedChild(child, { source: run.script, through: [guard] }, context);
}
