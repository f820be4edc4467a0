import { DbopsError } from "../../../lib/core/errors.js";
import type { CopyChoices, CopySource } from "../../copy-source-model.js";
import type { ViewParts } from "../postgres-view.js";

/** Opens one state of a database to be copied. CONNECT.*. */
export async function openCopySource(parts: ViewParts, _choices: CopyChoices): Promise<CopySource> {
  throw new DbopsError("RUN.BUG", { message: `${parts.conn.database} cannot be copied yet` });
}
