import { DbopsError, messageOf } from "../../lib/core/errors.js";
import type { RestoreSource } from "../restore-model.js";
import { type ArchiveHead, openTocTap } from "./toc-tap.js";

/** Reads an archive as far as its table of contents. BACKUP.DAMAGED. */
export async function readHead(source: Pick<RestoreSource, "openMain">): Promise<ArchiveHead> {
  const stream = await source.openMain();
  const tap = openTocTap();
  tap.stream.on("error", () => undefined);
  stream.once("error", (error) => tap.stream.destroy(asDamage(error)));
  stream.pipe(tap.stream).resume();
  try {
    return await tap.head;
  } finally {
    stream.destroy();
    tap.stream.destroy();
  }
}

function asDamage(error: unknown): DbopsError {
  if (error instanceof DbopsError) return error;
  return new DbopsError("BACKUP.DAMAGED", {
    message: "the archive cannot be read",
    why: messageOf(error),
    cause: error,
  });
}
