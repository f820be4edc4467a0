import type { NotCarried } from "../../copy-source-model.js";
import type { TargetIndex, TargetTable } from "../../copy-target-model.js";
import { quoteIdent } from "../quote-ident.js";
import type { HiddenPlace } from "./hidden-place.js";
import { leftBehind } from "./left-behind.js";
import type { ReadSessions } from "./read-sessions.js";
import { withSessionOf } from "./session-use.js";
import { setSortMemory } from "./sort-memory.js";
import { readTableState } from "./table-state.js";

/** A table's indexes that are no keys, those that are missing, side by side; others may read it meanwhile. */
export async function makeIndexes(
  sessions: ReadSessions,
  table: TargetTable,
  place: HiddenPlace,
): Promise<readonly NotCarried[]> {
  if (table.definition !== null || table.indexes.length === 0) return [];
  const quoted = place.quoted(table.name);
  const { indexes: made } = await withSessionOf(sessions, (session) => readTableState(session, place.of(table.name)));
  const building = table.indexes
    .filter(({ name }) => !made.has(name))
    .map((index) =>
      withSessionOf(sessions, async (session) => {
        await setSortMemory(session, quoted);
        const sql = indexStatement(index, quoted);
        return await leftBehind(session, { kind: "indexes", name: `${table.name.name}.${index.name}`, sql });
      }),
    );
  const left: NotCarried[] = [];
  for (const built of await Promise.allSettled(building)) {
    if (built.status === "rejected") throw built.reason;
    left.push(...built.value);
  }
  if (table.indexes.some(isOfExpressions)) await withSessionOf(sessions, (session) => session.run(`ANALYZE ${quoted}`));
  return left;
}

/** The server keeps statistics of what such an index computes. */
function isOfExpressions({ parts }: TargetIndex): boolean {
  return parts.some(({ term, ignoresCase }) => term.kind === "expression" || ignoresCase);
}

function indexStatement({ name, isUnique, parts, where }: TargetIndex, quoted: string): string {
  const terms = parts.map(({ term, isDescending, ignoresCase }) => {
    const plain = term.kind === "column" ? quoteIdent(term.name) : `(${term.sql})`;
    return `${ignoresCase ? `lower(${plain} COLLATE "C")` : plain}${isDescending ? " DESC" : ""}`;
  });
  const condition = where === null ? "" : ` WHERE ${where}`;
  return `CREATE ${isUnique ? "UNIQUE " : ""}INDEX ${quoteIdent(name)} ON ${quoted} (${terms.join(", ")})${condition}`;
}
