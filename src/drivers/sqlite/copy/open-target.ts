import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DbopsError } from "../../../lib/core/errors.js";
import type { CopyTarget, CopyTargetRequest } from "../../copy-target-model.js";
import type { DriverContext, TargetAddress } from "../../driver.js";
import { identityOf } from "../identity.js";
import { locate, resolvePath } from "../locate.js";
import { exists } from "../swap-intent.js";
import { buildPlace } from "./build-place.js";
import { ExistingFileBuild } from "./existing-file-build.js";
import { FileTarget } from "./file-target.js";
import { NewFileBuild } from "./new-file-build.js";

/** Opens the place beside a file, which need not exist, that a copy is built in; nothing is made yet. CONNECT.*, OUTPUT.*, COPY.NOT_RESUMABLE. */
export async function openCopyTarget(
  address: TargetAddress,
  request: CopyTargetRequest,
  context: DriverContext,
): Promise<CopyTarget> {
  const path = await resolvePath(address.location);
  await requireFolder(dirname(path));
  if (request.mode === "existing" || (await exists(path))) await locate(path);
  if (request.isResumed) await requireLeft(path, request);
  const Build = request.mode === "new" ? NewFileBuild : ExistingFileBuild;
  const build = new Build(path, request, context);
  return new FileTarget({ path, identity: identityOf(path, address), request, build }, context);
}

async function requireFolder(folder: string): Promise<void> {
  if ((await exists(folder)) && (await stat(folder)).isDirectory()) return;
  throw new DbopsError("CONNECT.FILE_MISSING", {
    message: `there is no folder ${folder} to copy into`,
    hint: `make it first: mkdir -p ${folder}`,
  });
}

async function requireLeft(path: string, { mode, run }: CopyTargetRequest): Promise<void> {
  if (mode === "new" && (await exists(buildPlace(path, run)))) return;
  throw new DbopsError("COPY.NOT_RESUMABLE", {
    message: `the run ${run} has left nothing beside ${path} that could be taken up`,
    why:
      mode === "new" ? `${buildPlace(path, run)} is not there` : "a copy into tables that are there is one transaction",
    hint: "begin a new copy, without --resume",
  });
}
