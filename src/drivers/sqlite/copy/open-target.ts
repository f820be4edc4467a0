import { DbopsError } from "../../../lib/core/errors.js";
import type { CopyTarget, CopyTargetRequest } from "../../copy-target-model.js";
import type { DriverContext, TargetAddress } from "../../driver.js";

/** Opens the place beside a file, which need not exist, that a copy is built in. OUTPUT.*, COPY.NOT_RESUMABLE. */
export async function openCopyTarget(
  address: TargetAddress,
  _request: CopyTargetRequest,
  _context: DriverContext,
): Promise<CopyTarget> {
  throw new DbopsError("RUN.BUG", { message: `${address.name} cannot be copied into yet` });
}
