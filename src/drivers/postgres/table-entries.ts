import type { TableName } from "../driver.js";
import type { TocEntry } from "./archive-toc.js";
import type { OuterKey } from "./definition-scope.js";

const RELATIONS = new Set(["TABLE", "FOREIGN TABLE", "VIEW", "MATERIALIZED VIEW"]);

/** What belongs to a table that it depends on. */
const PARTS = new Set([
  "CHECK CONSTRAINT",
  "COMMENT",
  "CONSTRAINT",
  "DEFAULT",
  "FK CONSTRAINT",
  "INDEX",
  "INDEX ATTACH",
  "MATERIALIZED VIEW DATA",
  "POLICY",
  "ROW SECURITY",
  "RULE",
  "SEQUENCE",
  "SEQUENCE OWNED BY",
  "STATISTICS",
  "TABLE ATTACH",
  "TRIGGER",
]);

/** A foreign key to a table that is not there cannot be made. */
const ONLY_AMONG_CHOSEN = "FK CONSTRAINT";

/**
 * The entries of a table of contents that make these tables: what they are made of (types, schemas, functions,
 * extensions), they themselves and their parts. Foreign keys to other tables are left out: those whose needs are not
 * chosen, and `outerKeys` where the archive does not name the other table.
 */
export function entriesOfTables(
  entries: readonly TocEntry[],
  tables: readonly TableName[],
  outerKeys: readonly OuterKey[],
): readonly TocEntry[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  const names = new Set(tables.map(({ schema, name }) => `${schema}\0${name}`));
  const chosen = new Set<number>();
  for (const entry of entries) {
    if (RELATIONS.has(entry.desc) && names.has(`${entry.schema}\0${entry.tag}`)) addWithNeeds(entry, byId, chosen);
  }
  let sizeBefore = -1;
  // A part may have parts of its own: a sequence its owner, a constraint its comment.
  while (chosen.size !== sizeBefore) {
    sizeBefore = chosen.size;
    for (const entry of entries) if (isPart(entry, chosen)) addWithNeeds(entry, byId, chosen);
  }
  const outer = new Set(outerKeys.map(({ schema, table, name }) => `${schema}\0${table} ${name}`));
  const keys = entries.filter(
    ({ desc, schema, tag, dependencies }) =>
      desc === ONLY_AMONG_CHOSEN && !outer.has(`${schema}\0${tag}`) && dependencies.every((id) => chosen.has(id)),
  );
  for (const { id } of keys) chosen.add(id);
  return entries.filter(({ id }) => chosen.has(id));
}

function isPart({ id, desc, dependencies }: TocEntry, chosen: ReadonlySet<number>): boolean {
  return (
    !chosen.has(id) &&
    PARTS.has(desc) &&
    desc !== ONLY_AMONG_CHOSEN &&
    dependencies.some((dependency) => chosen.has(dependency))
  );
}

function addWithNeeds(entry: TocEntry, byId: ReadonlyMap<number, TocEntry>, chosen: Set<number>): void {
  const open = [entry];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (chosen.has(next.id)) continue;
    chosen.add(next.id);
    open.push(...next.dependencies.flatMap((id) => byId.get(id) ?? []));
  }
}
