import { DbopsError } from "../../../lib/core/errors.js";
import { qualifiedName } from "../../../lib/core/named.js";
import type { NotCarried } from "../../copy-source-model.js";
import type { TargetTable } from "../../copy-target-model.js";
import { quoteIdent } from "../quote-ident.js";
import { quoteLiteral } from "../quote-literal.js";
import type { Session } from "../session.js";
import type { HiddenPlace } from "./hidden-place.js";
import { type Dispensable, leftBehind } from "./left-behind.js";
import { setNumbering } from "./numbering.js";
import { setSortMemory } from "./sort-memory.js";
import { isReference, splitDefinition } from "./split-definition.js";
import { columnsKey, readTableState, type TableState } from "./table-state.js";
import { unattended } from "./table-statement.js";

/**
 * What of a table whose rows are in keeps its readers out: keys, checks, defaults, and numbering; what is there already
 * stays. Of a table with a definition of its own: everything.
 */
export async function finishTable(
  session: Session,
  table: TargetTable,
  place: HiddenPlace,
): Promise<readonly NotCarried[]> {
  const quoted = place.quoted(table.name);
  const state = await readTableState(session, place.of(table.name));
  const left: NotCarried[] = [];
  await setSortMemory(session, quoted);
  if (table.definition !== null) left.push(...(await finishDefined(session, table, place)));
  else {
    if (!state.hasPrimaryKey) await makePrimaryKey(session, table, place);
    for (const part of dispensables(table, place, state)) left.push(...(await leftBehind(session, part)));
    left.push(...(await makeChecks(session, table, { place, state })));
    const attended = `ALTER TABLE ${quoted} RESET (${unattended(null)})`;
    await session.run([...comments(table, place), attended].join("; "));
  }
  await setNumbering(session, table, place);
  await session.run(`ANALYZE ${quoted}`);
  return left;
}

async function makePrimaryKey(session: Session, table: TargetTable, place: HiddenPlace): Promise<void> {
  const { primaryKey } = table;
  if (primaryKey === null) return;
  const sql = `ALTER TABLE ${place.quoted(table.name)} ADD ${named(primaryKey.name)}PRIMARY KEY (${list(primaryKey.columns)})`;
  const [refused] = await leftBehind(session, { kind: "indexes", name: table.name.name, sql });
  if (refused !== undefined) throw keyRefused(table, refused.reason);
}

function keyRefused({ name, primaryKey }: TargetTable, why: string): DbopsError {
  const columns = primaryKey === null ? "" : ` (${primaryKey.columns.join(", ")})`;
  return new DbopsError("COPY.REFUSED", {
    message: `${qualifiedName(name)} does not take its primary key${columns}`,
    why,
    hint: "nothing of the copy is visible; correct the rows at the source, or leave the table out with --exclude-tables",
  });
}

function dispensables(table: TargetTable, place: HiddenPlace, state: TableState): readonly Dispensable[] {
  const quoted = place.quoted(table.name);
  const uniques = table.uniques
    .filter(({ columns }) => !state.uniques.has(columnsKey(columns)))
    .map(({ name, columns, isDeferrable }): Dispensable => {
      const sql = `ALTER TABLE ${quoted} ADD ${named(name)}UNIQUE (${list(columns)})${isDeferrable ? " DEFERRABLE" : ""}`;
      return { kind: "indexes", name: `${table.name.name}.${name ?? columns.join("_")}`, sql };
    });
  const defaults = table.columns.flatMap(({ name, defaultSql }): readonly Dispensable[] =>
    defaultSql === null
      ? []
      : [
          {
            kind: "defaults",
            name: `${table.name.name}.${name}`,
            sql: `ALTER TABLE ${quoted} ALTER COLUMN ${quoteIdent(name)} SET DEFAULT ${defaultSql}`,
          },
        ],
  );
  return [...uniques, ...defaults];
}

/** All in one look at the rows; one by one only where that fails. */
async function makeChecks(
  session: Session,
  table: TargetTable,
  { place, state }: { readonly place: HiddenPlace; readonly state: TableState },
): Promise<readonly NotCarried[]> {
  const missing = table.checks.filter(({ name }) => name === null || !state.constraints.has(name));
  if (missing.length === 0) return [];
  const quoted = place.quoted(table.name);
  const parts = missing.map(
    ({ name, sql }, index): Dispensable => ({
      kind: "checks",
      name: `${table.name.name}.${name ?? `check ${index + 1}`}`,
      sql: `ADD ${named(name)}CHECK (${sql})`,
    }),
  );
  const together = `ALTER TABLE ${quoted} ${parts.map(({ sql }) => sql).join(", ")}`;
  if ((await leftBehind(session, { kind: "checks", name: "", sql: together })).length === 0) return [];
  const left: NotCarried[] = [];
  for (const part of parts)
    left.push(...(await leftBehind(session, { ...part, sql: `ALTER TABLE ${quoted} ${part.sql}` })));
  return left;
}

function comments({ name, comment, columns }: TargetTable, place: HiddenPlace): readonly string[] {
  const quoted = place.quoted(name);
  const ofTable = comment === null ? [] : [`COMMENT ON TABLE ${quoted} IS ${quoteLiteral(comment)}`];
  const ofColumns = columns.flatMap((column) =>
    column.comment === null
      ? []
      : [`COMMENT ON COLUMN ${quoted}.${quoteIdent(column.name)} IS ${quoteLiteral(column.comment)}`],
  );
  return [...ofTable, ...ofColumns];
}

/** The statements of its own definition that come after the rows, references apart. */
async function finishDefined(session: Session, table: TargetTable, place: HiddenPlace): Promise<readonly NotCarried[]> {
  const left: NotCarried[] = [];
  await session.run(`SET search_path = ${place.pathFor(table.name.schema)}`);
  for (const sql of splitDefinition(table.definition ?? "").after.filter((each) => !isReference(each))) {
    const part = { kind: kindOf(sql), name: table.name.name, sql, mayBeThere: true };
    const refused = await leftBehind(session, part);
    if (refused[0] !== undefined && /\bPRIMARY KEY\b/.test(sql)) throw keyRefused(table, refused[0].reason);
    left.push(...refused);
  }
  await session.run("SET search_path = ''");
  return left;
}

function kindOf(sql: string): NotCarried["kind"] {
  if (/^\s*CREATE (?:CONSTRAINT )?TRIGGER\b/i.test(sql)) return "triggers";
  if (/^\s*CREATE POLICY\b/i.test(sql)) return "policies";
  return /\bCHECK\b/i.test(sql) ? "checks" : "indexes";
}

function named(name: string | null): string {
  return name === null ? "" : `CONSTRAINT ${quoteIdent(name)} `;
}

function list(columns: readonly string[]): string {
  return columns.map(quoteIdent).join(", ");
}
