import type { CopyCatalog, CopyChoices } from "../../copy-source-model.js";
import type { ViewSession } from "../view-session.js";

/** Everything that the database has, as a copy needs it. */
export async function readCatalog(_view: ViewSession, _choices: CopyChoices): Promise<CopyCatalog> {
  return { tables: [], views: [], sequences: [], notCarried: [], notes: [], obstacles: [], origin: null };
}
