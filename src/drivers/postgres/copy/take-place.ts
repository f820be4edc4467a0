import { DbopsError } from "../../../lib/core/errors.js";
import { qualifiedName } from "../../../lib/core/named.js";
import { ORIGIN_TABLE } from "../../../lib/core/origin-table.js";
import type { TargetDesign } from "../../copy-target-model.js";
import type { TableName } from "../../driver.js";
import { sqlStateOf } from "../errors.js";
import { quoteIdent, quoteQualified } from "../quote-ident.js";
import type { Session } from "../session.js";
import { grantAsUsual } from "./default-grants.js";
import type { HiddenPlace } from "./hidden-place.js";
import { keepGrants } from "./kept-grants.js";
import { keyOf, LEDGER_TABLES } from "./ledger.js";
import { lockLeaving } from "./lock-leaving.js";
import { grantNobody, schemasOf } from "./make-tables.js";
import { type MovableObject, movableObjects, moveObjects } from "./movable-objects.js";
import { readOccupancy } from "./occupancy.js";
import { keepOrigin, writeOrigin } from "./origin-table.js";

export interface TakePlace {
  readonly place: HiddenPlace;
  readonly isReplacing: boolean;
}

const DEPENDENT_OBJECTS = "2BP01";
const GRANTED = new Set(["TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE"]);
const RELATIONS = new Set([...GRANTED, "SEQUENCE"]);

/** Within a transaction: what stands in the way goes aside, and the hidden schemas' objects take their place. */
export async function takePlace(
  session: Session,
  design: TargetDesign,
  { place, isReplacing }: TakePlace,
): Promise<{ readonly previous: string | null }> {
  let previous: string | null = null;
  for (const ledger of LEDGER_TABLES) {
    await session.run(`DROP TABLE ${quoteQualified({ schema: place.main, name: ledger })}`);
  }
  if (design.origin !== null) await writeOrigin(session, place.main, design.origin);
  for (const schema of new Set([place.home, ...schemasOf(design)])) {
    const hidden = place.schemaFor(schema);
    const coming = await movableObjects(session, hidden);
    await session.run(`CREATE SCHEMA IF NOT EXISTS ${quoteIdent(schema)}`);
    const leaving = await makeRoom(session, coming, { schema, isReplacing });
    if (leaving.length > 0) previous ??= place.before(schema);
    if (leaving.length > 0) await moveAside(session, leaving, place.before(schema));
    const hasOrigin = [leaving, coming].every((objects) => objects.some(({ name }) => name.name === ORIGIN_TABLE));
    if (hasOrigin && isReplacing) {
      const without = design.tables.map(({ name }) => name);
      await keepOrigin(session, { from: place.before(schema), into: hidden, without });
    }
    await moveObjects(session, coming, schema);
    await grantAsUsual(session, schema, coming);
    const used = leaving.filter(({ words }) => GRANTED.has(words)).map(({ name }) => name.name);
    if (used.length > 0) await keepGrants(session, used, { from: place.before(schema), to: schema });
    await dropEmpty(session, hidden);
  }
  return { previous };
}

/** Things of a kind that is not moved would be lost. */
async function dropEmpty(session: Session, schema: string): Promise<void> {
  try {
    await session.run(`DROP SCHEMA ${quoteIdent(schema)}`);
  } catch (error) {
    if (!(error instanceof DbopsError) || sqlStateOf(error) !== DEPENDENT_OBJECTS) throw error;
    throw new DbopsError("DB.REFUSED", {
      message: `not everything in ${schema} can be moved`,
      why: error.why ?? undefined,
    });
  }
}

/** What must go because something of its name comes. COPY.TARGET_OCCUPIED where anything else is in the way. */
async function makeRoom(
  session: Session,
  coming: readonly MovableObject[],
  { schema, isReplacing }: { readonly schema: string; readonly isReplacing: boolean },
): Promise<readonly MovableObject[]> {
  const present = await movableObjects(session, schema);
  const names = new Set(coming.filter(({ words }) => RELATIONS.has(words)).map(({ name }) => name.name));
  const named = present.filter(({ words, name }) => RELATIONS.has(words) && names.has(name.name));
  const parts = await partitionsOf(session, named, schema);
  const leaving = present.filter(
    (each) => named.includes(each) || (each.words === "TABLE" && parts.has(each.name.name)),
  );
  const origin = leaving.filter(({ name }) => name.name === ORIGIN_TABLE);
  const tables = leaving.map(({ name }) => name);
  await lockLeaving(session, isReplacing ? leaving : origin);
  const { objects, dependents } = await readOccupancy(session, [schema], tables);
  const [object] = objects;
  if (!isReplacing && object !== undefined)
    throw occupied(object.name, `there is ${object.kind} ${object.name.name} now`);
  const [dependent] = dependents;
  if (dependent !== undefined) throw occupied(dependent.table, `${dependent.what} depends on it`);
  if (!isReplacing) return origin;
  return [...leaving, ...(await unusedTypes(session, { present, coming, leaving: tables }))];
}

/** What is a part of a table goes where it goes. */
async function partitionsOf(
  session: Session,
  tables: readonly MovableObject[],
  schema: string,
): Promise<ReadonlySet<string>> {
  const rows = await session.query<{ name: string }>(
    `SELECT c.relname AS name FROM jsonb_array_elements_text($1::jsonb) AS t (name), pg_partition_tree(to_regclass(t.name)) p
       JOIN pg_class c ON c.oid = p.relid WHERE c.relnamespace = to_regnamespace($2)`,
    [JSON.stringify(tables.map(({ name }) => quoteQualified(name))), quoteIdent(schema)],
  );
  return new Set(rows.map(({ name }) => name));
}

/** Types that are made anew, where nothing but what leaves uses the old ones. */
async function unusedTypes(
  session: Session,
  objects: {
    readonly present: readonly MovableObject[];
    readonly coming: readonly MovableObject[];
    readonly leaving: readonly TableName[];
  },
): Promise<readonly MovableObject[]> {
  const names = new Set(objects.coming.filter(({ words }) => words === "TYPE").map(({ name }) => name.name));
  const unused: MovableObject[] = [];
  for (const object of objects.present.filter(({ words, name }) => words === "TYPE" && names.has(name.name))) {
    const users = await session.query<{ schema: string; name: string }>(
      `SELECT DISTINCT n.nspname AS schema, c.relname AS name FROM pg_type t JOIN pg_attribute a ON a.atttypid IN (t.oid, t.typarray)
         JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE t.oid = to_regtype($1)`,
      [quoteQualified(object.name)],
    );
    const gone = new Set(objects.leaving.map(keyOf));
    if (users.every((user) => gone.has(keyOf(user)))) unused.push(object);
  }
  return unused;
}

async function moveAside(session: Session, leaving: readonly MovableObject[], to: string): Promise<void> {
  await session.run(`CREATE SCHEMA IF NOT EXISTS ${quoteIdent(to)}`);
  await grantNobody(session, to);
  await moveObjects(session, leaving, to);
}

function occupied(name: TableName, why: string): DbopsError {
  return new DbopsError("COPY.TARGET_OCCUPIED", {
    message: `the copy cannot take the place of ${qualifiedName(name)}`,
    why,
    hint: "remove it and resume the copy, or choose another place with --schema",
  });
}
