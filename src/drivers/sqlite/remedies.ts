import { shellWord } from "../../lib/core/shell-word.js";
import type { Fix, Remedy } from "../fact-model.js";
import { quoteIdent } from "./quote-ident.js";

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
    case "dropIndex":
      return { kind: "sql", text: `DROP INDEX ${quoteIdent(remedy.name)};`, lockLevel: "writers wait", risk: null };
    case "createIndex": {
      const name = quoteIdent(`${remedy.table}_${remedy.columns.join("_")}`);
      const columns = remedy.columns.map(quoteIdent).join(", ");
      const text = `CREATE INDEX ${name} ON ${quoteIdent(remedy.table)} (${columns});`;
      return { kind: "sql", text, lockLevel: "writers wait", risk: null };
    }
    default:
      return null;
  }
}
