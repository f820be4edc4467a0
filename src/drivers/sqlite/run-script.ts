import type { DriverContext } from "../driver.js";
import type { ScriptOptions, ScriptOutcome, ScriptText } from "../script-model.js";
import { startLoadClient } from "./load-client.js";
import { unexpected } from "./load-protocol.js";

interface Place {
  readonly path: string;
  readonly context: DriverContext;
}

/** Runs a script in one transaction, in the forked child that loads. An error, an abort too, means that nothing was changed. */
export async function runScript(place: Place, text: ScriptText, options: ScriptOptions): Promise<ScriptOutcome> {
  const { path, context } = place;
  await using client = await startLoadClient(context);
  await client.ask({ kind: "openScript", path, busyTimeoutMs: context.lockTimeoutMs });
  for await (const bytes of text.chunks()) await client.ask({ kind: "script", bytes });
  const answer = await client.askToEnd({ kind: "endScript", isTrial: options.isTrial });
  return answer.of === "script" ? answer.outcome : unexpected(answer);
}
