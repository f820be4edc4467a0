import type { Driver } from "../../drivers/driver.js";
import type { ScriptFacts } from "../../drivers/script-model.js";
import type { StepDescription } from "../../lib/core/plan.js";
import { formatNumberOf } from "../../lib/core/units.js";
import { examineScript, finishScript } from "../../lib/import/finish-script.js";
import type { ScriptSource } from "../../lib/import/open-script.js";
import type { Context } from "../define.js";
import { requireForScript } from "./given-flags.js";
import type { ImportInput } from "./import-input.js";
import type { ImportWork } from "./import-work.js";

/** Looks at a script as a whole, and runs it when it is told to. USAGE.INVALID for flags of records, DB.REFUSED. */
export async function scriptWork(
  context: Context,
  input: ImportInput,
  { script, driver }: { readonly script: ScriptSource; readonly driver: Driver },
): Promise<Omit<ImportWork, "keep">> {
  requireForScript(input.given, script.place);
  const services = { driver, context: context.driverContext };
  const facts = await examineScript(script, services);
  return {
    steps: stepsOf(facts, script.place, input.isCheck),
    run: async () => ({ data: { import: await finishScript(script, input.isCheck, services) } }),
  };
}

function stepsOf(facts: ScriptFacts, place: string, isCheck: boolean): StepDescription[] {
  const what = `${formatNumberOf("statement", facts.statements)} of ${place} in one transaction`;
  if (isCheck) return [{ summary: `try the ${what}, and roll it back`, risk: "safe" }];
  const { firstDestroying: first, destroying } = facts;
  const more = destroying - first.length;
  return [
    ...first.map(({ line, words }): StepDescription => ({ summary: `line ${line}: ${words}`, risk: "destroys" })),
    ...(more > 0 ? [{ summary: `and ${more} more that drop, delete or change`, risk: "destroys" } as const] : []),
    { summary: `run the ${what}`, risk: "safe" },
  ];
}
