import { DbopsError } from "../../lib/core/errors.js";

/** DB.REFUSED: the script is not run, for what stands on that line. */
export function refusedScript(line: number, why: string): DbopsError {
  return new DbopsError("DB.REFUSED", {
    message: "the SQL script is not run; nothing was changed",
    why: `line ${line}: ${why}`,
    hint: "a script is run in one transaction, all or nothing; psql itself runs everything that it knows",
  });
}

/** The same for a statement that the server refused, in its words; of the session or the machine it keeps its own code. */
export function failedScript(line: number, error: unknown): unknown {
  if (!(error instanceof DbopsError)) return error;
  return new DbopsError(error.code, {
    message: "the SQL script is not run; nothing was changed",
    why: `line ${line}: ${error.why ?? error.message}`,
    hint: error.hint ?? undefined,
    cause: error.cause,
  });
}
