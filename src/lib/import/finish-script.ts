import type { Driver, DriverContext } from "../../drivers/driver.js";
import type { ScriptFacts, ScriptText } from "../../drivers/script-model.js";
import { DbopsError } from "../core/errors.js";
import { formatNumberOf } from "../core/units.js";
import type { ImportReport } from "./import-report.js";
import type { ScriptSource } from "./open-script.js";

export interface ScriptServices {
  readonly driver: Driver;
  readonly context: DriverContext;
}

/** What the script would do. DB.REFUSED for what is not run here, IMPORT.INPUT_INVALID when there is no statement. */
export async function examineScript(source: ScriptSource, { driver, context }: ScriptServices): Promise<ScriptFacts> {
  const facts = await during({ title: "examining", source, context }, (text) => driver.examineScript(text));
  if (facts.statements > 0) return facts;
  throw new DbopsError("IMPORT.INPUT_INVALID", { message: `${source.place} holds no statement` });
}

/** Runs all of it in one transaction, which a trial rolls back. DB.* with the line. */
export async function finishScript(
  source: ScriptSource,
  isTrial: boolean,
  { driver, context }: ScriptServices,
): Promise<ImportReport> {
  const { clock } = context;
  const startedMs = clock.monotonicMs();
  const title = isTrial ? "trying" : "running";
  const outcome = await during({ title, source, context }, (text) => driver.runScript(text, { isTrial }));
  const tables = outcome.changes.map(({ table, ...change }) => ({ ...table, ...change }));
  return {
    did: isTrial ? "check" : "import",
    mode: null,
    target: driver.label,
    hasOwnSchema: false,
    tables: [],
    script: { file: source.place, statements: outcome.statements, tables },
    rejects: [],
    isWhole: true,
    committed: 0,
    rejectsFile: null,
    archived: [],
    durationMs: Math.round(clock.monotonicMs() - startedMs),
  };
}

/** Reads the script as a phase, with the bytes of the file that have been read. */
async function during<T extends { readonly statements: number }>(
  {
    title,
    source,
    context,
  }: { readonly title: string; readonly source: ScriptSource; readonly context: DriverContext },
  work: (text: ScriptText) => Promise<T>,
): Promise<T> {
  const { place, isRecoded, sizeBytes } = source;
  const phase = context.progress.phase(`${title} ${place}`, { total: sizeBytes ?? undefined, unit: "bytes" });
  async function* chunks(): AsyncIterable<Buffer> {
    for await (const { bytes, consumed } of source.chunks()) {
      context.signal.throwIfAborted();
      yield bytes;
      phase.at(consumed);
    }
  }
  const done = await work({ place, isRecoded, chunks });
  phase.done(formatNumberOf("statement", done.statements));
  return done;
}
