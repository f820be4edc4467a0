import type { Driver } from "../../drivers/driver.js";
import type { ImportPlan } from "../../lib/import/import-plan.js";
import { newColumnTypes } from "../../lib/import/new-column-types.js";
import { planImport } from "../../lib/import/plan-import.js";
import { untoldTypes } from "../../lib/import/untold-types.js";
import type { RecordTable } from "../../lib/transfer/record-model.js";
import type { Context } from "../define.js";
import type { ImportInput } from "./import-input.js";

/** Decides what goes where; what should be known of it is told. */
export async function prepareImport(
  { driverContext: { progress } }: Context,
  input: ImportInput,
  { sources, driver }: { readonly sources: readonly RecordTable[]; readonly driver: Driver },
): Promise<ImportPlan> {
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
