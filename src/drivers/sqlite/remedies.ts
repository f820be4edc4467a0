import { shellWord } from "../../lib/core/shell-word.js";
import type { Fix, Remedy } from "../fact-model.js";

/** How a database file's trouble is mended, in its own words; null where that means nothing to a file. */
export function remedyFor(remedy: Remedy, path: string): Fix | null {
  switch (remedy.kind) {
    case "checkpoint":
      return {
        kind: "command",
        text: `sqlite3 ${shellWord(path)} 'PRAGMA wal_checkpoint(TRUNCATE)'`,
        lockLevel: "writers wait",
        risk: null,
      };
    case "endProcess":
      return {
        kind: "command",
        text: `kill ${remedy.pid}`,
        lockLevel: null,
        risk: "the program ends; its open transaction is rolled back",
      };
    case "shrink":
      return {
        kind: "command",
        text: `sqlite3 ${shellWord(path)} VACUUM`,
        lockLevel: "nobody else may write",
        risk: "needs room for a second copy",
      };
    default:
      return null;
  }
}
