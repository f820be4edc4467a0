import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DbopsError } from "../../../lib/core/errors.js";
import { diskFullError, syncFile } from "../../../lib/system/files.js";
import type { DriverContext } from "../../driver.js";
import { holdExclusively } from "../exclusive-hold.js";
import { giveNew, giveTo, ownerOf } from "../file-owner.js";
import { locate } from "../locate.js";
import { swapIn } from "../swap.js";
import { exists } from "../swap-intent.js";
import { BuildState } from "./build-state.js";
import { type RowClient, startRowClient } from "./row-client.js";
import { unexpectedAnswer } from "./row-protocol.js";

interface PublishParts {
  readonly path: string;
  readonly place: string;
  /** Nobody else has the new file open. */
  readonly client: RowClient;
  /** Of the file that was copied with its other tables; null when there was none. */
  readonly original: string | null;
}

/** Gives the built file its name, durably; the old one's name as it is kept. LOCK.SESSIONS, COPY.TARGET_OCCUPIED. */
export async function publishFile(parts: PublishParts, context: DriverContext): Promise<string | null> {
  const { path, place, client, original } = parts;
  const options = { disconnect: false, waitMs: context.lockTimeoutMs, at: context.clock.now() };
  const requireUnchanged = async (): Promise<void> => {
    if (original !== null && (await digestOf(path, context)) !== original) throw written(path);
  };
  // Until it is known that the name is free, the copy can be taken up again.
  await requirePlace(parts);
  // A hold would write a header into an empty file, which would count as somebody's then.
  if (original !== null && (await exists(path))) {
    using _hold = await holdExclusively(path, options, context);
    await requireUnchanged();
  }
  await client.ask({ kind: "run", sql: `BEGIN IMMEDIATE; ${BuildState.dropSql} COMMIT` });
  const mode = (await isWal(path)) ? "WAL" : "DELETE";
  await client.ask({ kind: "select", sql: `PRAGMA journal_mode = ${mode}`, parameters: [] });
  await client[Symbol.asyncDispose]();
  try {
    const owner = await ownerOf(path);
    await (owner === null ? giveNew(place) : giveTo(place, owner));
    await syncFile(place);
    await requirePlace(parts);
    return await swapIn(path, place, { ...options, requireUnchanged }, context);
  } catch (error) {
    throw diskFullError(error, dirname(path)) ?? error;
  }
}

/** Of a file's content, in a child: this process may have it open. */
export async function digestOf(path: string, context: DriverContext): Promise<string> {
  await using client = await startRowClient(context);
  const answer = await client.ask({ kind: "digest", path });
  return answer.of === "digest" ? answer.sha256 : unexpectedAnswer(answer);
}

/** A file that has come meanwhile is somebody's. */
async function requirePlace({ path, original }: PublishParts): Promise<void> {
  if (original !== null || !(await exists(path)) || (await stat(path)).size === 0) return;
  throw new DbopsError("COPY.TARGET_OCCUPIED", {
    message: `${path} has come to be there during the copy`,
    why: "it would have been replaced",
    hint: "look at it; then move it away, or copy to another place",
  });
}

/** What the header of the file asks for stays. */
async function isWal(path: string): Promise<boolean> {
  return (await exists(path)) && (await locate(path)).isWal;
}

function written(path: string): DbopsError {
  return new DbopsError("COPY.TARGET_OCCUPIED", {
    message: `${path} was written during the copy`,
    why: "what was written then is not in the new file, and would have been lost",
    hint: "stop the programs that write to it, and copy again",
  });
}
