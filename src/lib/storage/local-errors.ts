import { DbopsError, foreignCode, messageOf } from "../core/errors.js";
import { diskFullError } from "../system/files.js";

/** What the system answers where a file or device stands instead of a folder. */
const NO_FOLDER = new Set(["ENOTDIR", "EEXIST"]);

/** Runs file work of a store that writes. RESOURCE.DISK_FULL, STORE.NOT_WRITABLE. */
export async function writingTo<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw diskFullError(thrown, place) ?? systemError(thrown, "STORE.NOT_WRITABLE", `cannot write to ${place}`);
  }
}

/** Runs file work of a store that reads. STORE.NOT_READABLE. */
export async function readingFrom<T>(place: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    throw systemError(thrown, "STORE.NOT_READABLE", `cannot read ${place}`);
  }
}

function systemError(thrown: unknown, code: "STORE.NOT_WRITABLE" | "STORE.NOT_READABLE", message: string): unknown {
  if (thrown instanceof DbopsError || foreignCode(thrown) === null) return thrown;
  return new DbopsError(code, {
    message,
    why: messageOf(thrown),
    hint: NO_FOLDER.has(foreignCode(thrown) ?? "")
      ? "a store is a folder, and something else is there: name another place with --store"
      : "check the folder's owner and mode, and whether its file system is mounted read-only, or name another with --store",
    cause: thrown,
  });
}
