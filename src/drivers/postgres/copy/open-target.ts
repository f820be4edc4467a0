import { DbopsError } from "../../../lib/core/errors.js";
import type { CopyTarget, CopyTargetRequest } from "../../copy-target-model.js";
import { identityOf } from "../identity.js";
import { readNature } from "../server-facts.js";
import type { Session } from "../session.js";
import type { ViewWhere } from "../view-session.js";
import { ExistingTarget } from "./existing-target.js";
import { HiddenPlace } from "./hidden-place.js";
import { HiddenTarget } from "./hidden-target.js";
import { NativeTypes } from "./native-types.js";
import { OwnExtensions } from "./own-extensions.js";
import { endRunSessions } from "./run-sessions.js";
import { homeSchema, requireRights } from "./target-rights.js";
import { openTargetSession } from "./target-session.js";

/** Opens the hidden schema that a copy is built in; nothing is made yet. CONNECT.*, DB.PERMISSION, COPY.NOT_RESUMABLE. */
export async function openCopyTarget(where: ViewWhere, request: CopyTargetRequest): Promise<CopyTarget> {
  const session = await openTargetSession(where, request.run);
  try {
    const nature = await readNature(session);
    const home = await homeSchema(session, request.schema);
    const place = new HiddenPlace(request.run, home);
    await requireRights(session, { home, mode: request.mode, isStandby: nature.isStandby });
    if (request.isResumed) await takeUp(session, place, request.run);
    const identity = identityOf(where.conn, nature, session);
    const types = await NativeTypes.read(session, home);
    const extensions = await OwnExtensions.read(session);
    const parts = { where, request, session, identity, types, extensions, place };
    return request.mode === "new" ? new HiddenTarget(parts) : new ExistingTarget(parts);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

async function takeUp(session: Session, place: HiddenPlace, run: string): Promise<void> {
  await endRunSessions(session, run);
  const found = await session.query("SELECT FROM pg_namespace WHERE nspname = $1", [place.main]);
  if (found.length > 0) return;
  throw new DbopsError("COPY.NOT_RESUMABLE", {
    message: `there is no copy of run ${run} to take up`,
    why: `the target has no schema ${place.main}`,
    hint: "start a new copy: leave --resume out",
  });
}
