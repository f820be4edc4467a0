import { DbopsError } from "../../lib/core/errors.js";
import type { RestoreSource } from "../restore-model.js";

/** UNSUPPORTED.ENGINE for a backup that is not an SQLite file. */
export function requireLoadable({ kind }: RestoreSource): void {
  if (kind === "sqlite") return;
  throw new DbopsError("UNSUPPORTED.ENGINE", {
    message: `an SQLite database cannot be restored from a .${kind} file`,
    why: "dbops restores SQLite databases from database files",
    hint: "load a text dump by hand: sqlite3 new.db < dump.sql, then restore new.db",
  });
}
