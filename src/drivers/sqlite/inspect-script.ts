import type { Readable } from "node:stream";
import type { ArchiveFacts } from "../driver.js";
import { ScriptGuard } from "./script-guard.js";
import { ScriptSplitter } from "./script-splitter.js";

/** Reads an SQL text to its end: whole statements, all committed, and nothing that would not be run. BACKUP.DAMAGED, DB.REFUSED. */
export async function inspectScript(raw: Readable): Promise<ArchiveFacts> {
  const splitter = new ScriptSplitter();
  const guard = new ScriptGuard();
  for await (const chunk of raw) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
    for (const statement of splitter.take(bytes)) guard.pass(statement);
  }
  splitter.end();
  return { serverVersion: null, entries: guard.end() };
}
