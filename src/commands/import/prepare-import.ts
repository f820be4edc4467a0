import type { Driver } from "../../drivers/driver.js";
import type { ImportPlan } from "../../lib/import/import-plan.js";
import { newColumnTypes } from "../../lib/import/new-column-types.js";
import { planImport } from "../../lib/import/plan-import.js";
import { openRecords } from "../../lib/import/read-input.js";
import type { ReadPlace } from "../../lib/import/read-request.js";
import { untoldTypes } from "../../lib/import/untold-types.js";
import type { Context } from "../define.js";
import type { ImportInput } from "./import-input.js";

/** Opens the input and decides what goes where; what should be known of it is told. */
export async function prepareImport(context: Context, input: ImportInput, driver: Driver): Promise<ImportPlan> {
  const { workDir, signal, children, env, progress } = context.driverContext;
  const notices = (notice: string): void => progress.note(notice);
  const request = { ...input, input: placeOf(context, input.file), workDir, signal, children, env, onNotice: notices };
  const sources = await openRecords(request);
  await using loader = await driver.openLoader({ maxFaults: 0 });
  const plan = await planImport(loader, {
    sources,
    wish: input,
    engine: driver.engine,
    isAllOrNothing: input.maxErrors === 0 && input.commitEvery === null,
    inferTypes: (source) => newColumnTypes(source, driver.engine),
  });
  for (const warning of plan.tables.flatMap(untoldTypes)) progress.warn(warning);
  for (const { left, source, create } of plan.tables) {
    if (left.length > 0) progress.note(`${source.place}: left out ${left.join(", ")}`);
    if (create === null || source.origin === null || plan.whyTypes === null) continue;
    progress.note(`${create.table.name} is made from types, without keys, indexes and defaults: ${plan.whyTypes}`);
  }
  return plan;
}

function placeOf(context: Context, file: string): ReadPlace {
  if (file === "-") return { kind: "stream", stream: context.openInput(), label: "standard input" };
  return { kind: "path", path: context.path(file) ?? file };
}
