import { DbopsError } from "../../../lib/core/errors.js";
import { qualifiedName } from "../../../lib/core/named.js";
import type { TargetDesign, TargetTable } from "../../copy-target-model.js";
import type { TableName } from "../../driver.js";
import { sqlStateOf } from "../errors.js";
import { quoteIdent, quoteQualified } from "../quote-ident.js";
import { quoteLiteral } from "../quote-literal.js";
import type { Session } from "../session.js";
import { typeSchemas } from "./hidden-names.js";
import type { HiddenPlace } from "./hidden-place.js";
import { keyOf, type Ledger } from "./ledger.js";
import { makeEarly, SHARED } from "./make-early.js";
import { parentsFirst } from "./parents-first.js";
import { tableStatements } from "./table-statement.js";
import { tryStatement } from "./try-statement.js";

/** Each locks several relations, and a server's table of locks is small. */
const TABLES_PER_TRANSACTION = 100;
const DUPLICATE_OBJECT = "42710";

interface Where {
  readonly place: HiddenPlace;
  readonly ledger: Ledger;
  readonly warn: (message: string) => void;
}

export interface MakeTables extends Where {
  readonly isResumed: boolean;
}

/** Makes the hidden schemas and the tables in them; of a resumed run those that are missing or have become others. */
export async function makeTables(session: Session, design: TargetDesign, how: MakeTables): Promise<void> {
  const { ledger, isResumed, place } = how;
  if (isResumed) {
    await ledger.requirePlan(session, design.plan);
    await dropReferences(session, place.all(schemasOf(design)));
    await dropKeptViews(session, design, how);
  } else await inTransaction(session, () => makePlace(session, design, how));
  const made = await ledger.tables(session);
  const missing = parentsFirst(
    sequenceNamesFirst(
      design.tables
        .filter((table) => made.get(keyOf(table.name)) !== definitionOf(table, place))
        .toSorted((one, other) => foreignNumbers(one) - foreignNumbers(other)),
    ),
  );
  for (let start = 0; start < missing.length; start += TABLES_PER_TRANSACTION) {
    const some = missing.slice(start, start + TABLES_PER_TRANSACTION);
    const other = some.filter(({ name }) => made.has(keyOf(name)));
    await inTransaction(session, async () => {
      for (const { name } of other) await dropTable(session, name, how);
      for (const table of some) await makeTable(session, table, how);
      await ledger.hasMade(
        session,
        some.map((table) => ({ name: table.name, definition: definitionOf(table, place) })),
      );
    });
  }
}

/** Defaults that take numbers of sequences which its own definition does not make: other tables may have to come first. */
function foreignNumbers({ definition }: TargetTable): number {
  const taken = definition?.match(/nextval\('/g) ?? [];
  const own = definition?.match(/^CREATE SEQUENCE /gm) ?? [];
  return Math.max(0, taken.length - own.length);
}

/** An identity column's sequence takes a name that is free, but a table has only its own. */
function sequenceNamesFirst(tables: readonly TargetTable[]): readonly TargetTable[] {
  const isLike = ({ name }: TargetTable): boolean => name.name.endsWith("_seq");
  return [...tables.filter(isLike), ...tables.filter((table) => !isLike(table))];
}

/** Makes a table anew that may have become another. */
export async function remakeTable(session: Session, table: TargetTable, how: Where): Promise<void> {
  const { ledger, place } = how;
  await inTransaction(session, async () => {
    await dropTable(session, table.name, how);
    await makeTable(session, table, how);
    await ledger.hasMade(session, [{ name: table.name, definition: definitionOf(table, place) }]);
  });
}

async function dropTable(session: Session, name: TableName, { place, ledger }: Where): Promise<void> {
  await session.run(`DROP TABLE IF EXISTS ${place.quoted(name)} CASCADE`);
  await ledger.forget(session, name);
}

async function makeTable(session: Session, table: TargetTable, { place, warn }: Where): Promise<void> {
  await session.during(`make table ${table.name.name}`, async () => {
    if (table.definition !== null) await makeDefined(session, table, place);
    else if (table.columns.some(({ generatedSql }) => generatedSql !== null))
      await makeComputed(session, table, { place, warn });
    else await session.run(definitionOf(table, place));
  });
}

/** Tables that share a type each bring it along. */
async function makeDefined(session: Session, table: TargetTable, place: HiddenPlace): Promise<void> {
  await session.run(`SET LOCAL search_path = ${place.pathFor(table.name.schema)}`);
  for (const statement of tableStatements(table, place)) {
    const refusal = SHARED.test(statement) ? await tryStatement(session, statement) : await session.run(statement);
    if (refusal instanceof DbopsError && sqlStateOf(refusal) !== DUPLICATE_OBJECT) throw refusal;
  }
  await session.run("SET LOCAL search_path = ''");
}

/** Where the server does not take an expression, the column computes nothing and waits for values. */
async function makeComputed(
  session: Session,
  table: TargetTable,
  { place, warn }: Pick<Where, "place" | "warn">,
): Promise<void> {
  const refusal = await tryStatement(session, definitionOf(table, place));
  if (refusal === null) return;
  const columns = table.columns.map((column) =>
    column.generatedSql === null ? column : { ...column, generatedSql: null, isNullable: true },
  );
  await session.run(definitionOf({ ...table, columns }, place));
  warn(`${qualifiedName(table.name)} computes nothing: the server does not take its expressions: ${refusal.why}`);
}

function definitionOf(table: TargetTable, place: HiddenPlace): string {
  return tableStatements(table, place).join(";\n");
}

export async function inTransaction(session: Session, work: () => Promise<void>): Promise<void> {
  await session.run("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE");
  try {
    await work();
    await session.run("COMMIT");
  } catch (error) {
    await session.run("ROLLBACK").catch(() => undefined);
    throw error;
  }
}

/** The schemas that tables, types, sequences and what comes back will be in. */
export function schemasOf({ tables, sequences, returning }: TargetDesign): readonly string[] {
  const places = [...tables.map(({ name }) => name), ...sequences.map(({ name }) => name), ...returning];
  const ofTypes = tables.flatMap(({ definition }) => typeSchemas(definition ?? ""));
  return [...new Set([...places.flatMap(({ schema }) => (schema === null ? [] : [schema])), ...ofTypes])];
}

/** Rows that are loaded again may come in any order, and those that go must take none along. */
async function dropReferences(session: Session, schemas: readonly string[]): Promise<void> {
  const keys = await session.query<{ schema: string; table: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS table, k.conname AS name FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
       JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE k.contype = 'f' AND k.conparentid = 0 AND n.nspname IN (SELECT jsonb_array_elements_text($1::jsonb))`,
    [JSON.stringify(schemas)],
  );
  for (const { schema, table, name } of keys) {
    await session.run(`ALTER TABLE ${quoteQualified({ schema, name: table })} DROP CONSTRAINT ${quoteIdent(name)}`);
  }
}

/** No row can be put into one again: the table that it took the place of begins anew. */
async function dropKeptViews(session: Session, { tables }: TargetDesign, { place, ledger }: Where): Promise<void> {
  for (const { name } of tables) {
    const sql = "SELECT FROM pg_class WHERE oid = to_regclass($1) AND relkind = 'm'";
    if ((await session.query(sql, [place.quoted(name)])).length === 0) continue;
    await session.run(`DROP MATERIALIZED VIEW ${place.quoted(name)} CASCADE`);
    await ledger.forget(session, name);
  }
}

async function makePlace(session: Session, design: TargetDesign, { place, ledger }: MakeTables): Promise<void> {
  for (const schema of place.all(schemasOf(design))) {
    await session.run(`CREATE SCHEMA ${quoteIdent(schema)}`);
    await grantNobody(session, schema);
  }
  await ledger.begin(session, design.plan);
  for (const { name, values } of enumsOf(design.tables)) {
    await session.run(`CREATE TYPE ${place.quoted(name)} AS ENUM (${values.map(quoteLiteral).join(", ")})`);
  }
  for (const sequence of design.sequences) await session.run(sequenceStatement(sequence, place));
  await makeEarly(session, design, place);
}

/** Default privileges may have given others a right already. */
export async function grantNobody(session: Session, schema: string): Promise<void> {
  const granted = await session.query<{ name: string }>(
    `SELECT DISTINCT CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END AS name
       FROM pg_namespace n, aclexplode(n.nspacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
      WHERE n.nspname = $1 AND a.grantee <> n.nspowner`,
    [schema],
  );
  for (const { name } of granted) await session.run(`REVOKE ALL ON SCHEMA ${quoteIdent(schema)} FROM ${name}`);
}

/** Beside the tables that use them; those that no table's own definition makes. */
function enumsOf(tables: readonly TargetTable[]): readonly { name: TableName; values: readonly string[] }[] {
  const enums = new Map<string, { name: TableName; values: readonly string[] }>();
  for (const { name: table, columns, definition } of tables) {
    for (const { type } of definition === null ? columns : []) {
      if (type.kind !== "enum") continue;
      const name = { schema: table.schema, name: type.name.name };
      enums.set(keyOf(name), { name, values: type.values });
    }
  }
  return [...enums.values()];
}

function sequenceStatement({ name, next, step }: TargetDesign["sequences"][number], place: HiddenPlace): string {
  const bound = step > 0n ? `MINVALUE ${next < 1n ? next : 1n}` : `MAXVALUE ${next > -1n ? next : -1n}`;
  const quoted = quoteQualified(place.of(name));
  return `CREATE SEQUENCE ${quoted} INCREMENT BY ${step} ${bound} START WITH ${next}`;
}
