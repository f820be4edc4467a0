import { DbopsError } from "../../lib/core/errors.js";
import type { DriverContext } from "../driver.js";
import { privateFile } from "./snapshot.js";
import { Worker } from "./worker-client.js";

/** Checks a file that only this run knows. BACKUP.DAMAGED. */
export async function requireSound(path: string, context: DriverContext): Promise<void> {
  await using worker = await Worker.start(context);
  const { state, details } = await worker.check(privateFile(path));
  if (state !== "damaged") return;
  throw new DbopsError("BACKUP.DAMAGED", {
    message: "the database in the backup is damaged",
    why: details.slice(0, 3).join("; "),
    hint: "restore another backup; what can be read of this one can be rescued with: sqlite3 FILE .recover",
  });
}
