import type { Definition } from "../../drivers/view-model.js";
import type { ExportJob } from "./export-job.js";

/** The statements that make what was chosen. */
export async function definitionOf({ view, defined, virtualRows }: ExportJob): Promise<Definition> {
  return await view.definition(defined, virtualRows);
}
