import { DbopsError, foreignCode, messageOf } from "../core/errors.js";
import { diskFullError } from "../system/files.js";

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
    hint: "check the folder's owner and mode, and whether its file system is mounted read-only",
    cause: thrown,
  });
}
