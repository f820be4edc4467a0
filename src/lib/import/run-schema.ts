import type { Loader } from "../../drivers/load-model.js";
import { DbopsError } from "../core/errors.js";
import type { SchemaText } from "../transfer/record-model.js";

/** Runs a part of an export's own schema. DB.REFUSED, DB.PERMISSION, with what to do about it. */
export async function runSchema(loader: Loader, schema: SchemaText, part: keyof SchemaText): Promise<void> {
  try {
    await loader.runSchema(schema[part]);
  } catch (error) {
    if (!(error instanceof DbopsError) || !["DB.REFUSED", "DB.PERMISSION"].includes(error.code)) throw error;
    throw new DbopsError(error.code, {
      message: `the export's own schema is not taken, in its part ${part} the rows; nothing was written`,
      why: error.why === null ? error.message : `${error.message}: ${error.why}`,
      hint: "tables named by --tables are made from types alone, without keys, indexes and triggers",
      cause: error,
    });
  }
}
