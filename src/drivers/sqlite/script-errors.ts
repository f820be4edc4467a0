import { DbopsError } from "../../lib/core/errors.js";

/** DB.REFUSED: the text, from that line on, is not what is loaded here. */
export function refusedScript(line: number, why: string, cause?: unknown): DbopsError {
  return new DbopsError("DB.REFUSED", {
    message: "the SQL file is not loaded",
    why: `line ${line}: ${why}`,
    hint: "only SQL that SQLite itself runs without an error is loaded; a file that you trust can be loaded by hand with sqlite3 new.db < FILE, and new.db be restored",
    cause,
  });
}

/** DB.REFUSED: the schema of an export, from that line of a part of it on, is not what is run here. */
export function refusedSchema(line: number, why: string, cause?: unknown): DbopsError {
  return new DbopsError("DB.REFUSED", {
    message: "the schema of the export is not run",
    why: `line ${line}: ${why}`,
    cause,
  });
}

/** BACKUP.DAMAGED: the text is not all that its writer meant to write. */
export function damagedScript(why: string): DbopsError {
  return new DbopsError("BACKUP.DAMAGED", {
    message: "the SQL file is not whole",
    why,
    hint: "fetch the file again, or use another backup",
  });
}

/** The same errors of a script that is run in a database that people use: DB.REFUSED, with the line. */
export function refusedRun(error: unknown): unknown {
  if (!(error instanceof DbopsError)) return error;
  const isOfTheText = error.code === "DB.REFUSED" || error.code === "BACKUP.DAMAGED";
  return new DbopsError(isOfTheText ? "DB.REFUSED" : error.code, {
    message: "the SQL script is not run; nothing was changed",
    why: error.why ?? error.message,
    hint: isOfTheText
      ? "a script is run in one transaction, all or nothing; the sqlite3 program runs everything that it knows"
      : (error.hint ?? undefined),
    cause: error,
  });
}
