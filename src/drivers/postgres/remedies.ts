import { shellWord } from "../../lib/core/shell-word.js";
import type { Fix, Remedy } from "../fact-model.js";

/** How a server's trouble is mended, in its own words; null where that means nothing to a server. */
export function remedyFor(remedy: Remedy): Fix | null {
  switch (remedy.kind) {
    case "endSession":
      return {
        kind: "sql",
        text: `SELECT pg_terminate_backend(${remedy.pid});`,
        lockLevel: null,
        risk: "its transaction is rolled back",
      };
    case "freeze":
      return {
        kind: "command",
        text: `vacuumdb --freeze --jobs 2 --dbname=${shellWord(remedy.database)}`,
        lockLevel: "SHARE UPDATE EXCLUSIVE",
        risk: "reads and writes much",
      };
    default:
      return null;
  }
}
