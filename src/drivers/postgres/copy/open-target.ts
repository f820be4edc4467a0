import { DbopsError } from "../../../lib/core/errors.js";
import type { CopyTarget, CopyTargetRequest } from "../../copy-target-model.js";
import type { ViewWhere } from "../view-session.js";

/** Opens the hidden schema that a copy is built in. CONNECT.*, DB.PERMISSION, COPY.NOT_RESUMABLE. */
export async function openCopyTarget({ conn }: ViewWhere, _request: CopyTargetRequest): Promise<CopyTarget> {
  throw new DbopsError("RUN.BUG", { message: `${conn.database} cannot be copied into yet` });
}
