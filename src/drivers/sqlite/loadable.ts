import { DbopsError } from "../../lib/core/errors.js";
import type { RestoreSource } from "../restore-model.js";

/** Database files, and SQL texts as `sqlite3 FILE .dump` writes them. */
export const LOADABLE_KINDS: readonly string[] = ["sqlite", "sql"];

/** UNSUPPORTED.ENGINE for a backup of another engine. */
export function requireLoadable({ kind }: RestoreSource): void {
  if (LOADABLE_KINDS.includes(kind)) return;
  throw new DbopsError("UNSUPPORTED.ENGINE", {
    message: `an SQLite database cannot be restored from a .${kind} file`,
    why: `dbops restores SQLite databases from ${LOADABLE_KINDS.map((each) => `.${each}`).join(" and ")} files`,
  });
}
