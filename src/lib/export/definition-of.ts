import type { Definition } from "../../drivers/view-model.js";
import type { ExportJob } from "./export-job.js";

/** The statements that make what was chosen; a view's rows go out, but no table is made for them. */
export async function definitionOf({ view, chosen, isWhole }: ExportJob): Promise<Definition> {
  const tables = chosen.flatMap(({ table, isView }) => (table === null || isView ? [] : [table]));
  return await view.definition(isWhole ? null : tables);
}
