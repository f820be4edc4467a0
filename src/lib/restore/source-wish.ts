import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import type { Choice } from "../backup/select-backup.js";
import { DbopsError, foreignCode } from "../core/errors.js";
import { parseMoment } from "../core/moment.js";

/** What the command line says about where the data comes from; `ask` = nothing. */
export type SourceWish =
  | { readonly kind: "backup"; readonly choice: Choice }
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "ask" };

export interface SourceWords {
  readonly from: string | null;
  readonly before: string | null;
}

/** Gives meaning to `--from` and `--before`: a word with a slash, or of something that exists, is a file. USAGE.INVALID. */
export async function readSourceWish(words: SourceWords, world: { cwd: string; now: Date }): Promise<SourceWish> {
  const { from, before } = words;
  if (from !== null && before !== null) {
    throw new DbopsError("USAGE.INVALID", {
      message: "--from and --before exclude each other",
      hint: "give one of them",
    });
  }
  if (before !== null) return { kind: "backup", choice: { kind: "before", at: parseMoment(before, world.now) } };
  if (from === null) return { kind: "ask" };
  if (from === "latest") return { kind: "backup", choice: { kind: "latest" } };
  const path = resolve(world.cwd, from);
  if (await exists(path)) return { kind: "file", path };
  if (!from.includes("/")) return { kind: "backup", choice: { kind: "id", part: from } };
  throw new DbopsError("BACKUP.NOT_FOUND", {
    message: `there is no file ${from}`,
    why: `${path} does not exist`,
    hint: "`dbops backup list` shows the backups of the store; their IDs need no path",
  });
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "ENAMETOOLONG"].includes(foreignCode(error) ?? "")) return false;
    throw new DbopsError("STORE.NOT_READABLE", { message: `cannot look at ${path}`, cause: error });
  }
}
