import { shellWord } from "../../lib/core/shell-word.js";
import type { Fix, Remedy } from "../fact-model.js";
import { quoteIdent, quoteQualified } from "./quote-ident.js";

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
    case "dropIndex":
      return {
        kind: "sql",
        text: `DROP INDEX CONCURRENTLY ${quoteQualified(remedy)};`,
        lockLevel: "SHARE UPDATE EXCLUSIVE",
        risk: "queries that use it get slower",
      };
    case "createIndex":
      return {
        kind: "sql",
        text: `CREATE INDEX CONCURRENTLY ON ${quoteQualified({ schema: remedy.schema, name: remedy.table })} (${remedy.columns.map(quoteIdent).join(", ")});`,
        lockLevel: "SHARE UPDATE EXCLUSIVE",
        risk: null,
      };
    default:
      return null;
  }
}
