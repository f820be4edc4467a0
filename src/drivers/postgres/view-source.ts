import type { FieldDef } from "pg";
import { DbopsError } from "../../lib/core/errors.js";
import { didYouMean } from "../../lib/core/suggestion.js";
import type { TableName } from "../driver.js";
import type { QueryRows, RowSource, TableRows } from "../view-model.js";
import { bareStatement } from "./bare-statement.js";
import { DescribeStatement } from "./describe-statement.js";
import { quoteIdent, quoteQualified } from "./quote-ident.js";
import type { Session, SqlRow } from "./session.js";
import { type DeclaredType, nameTypes, type ViewColumn } from "./view-column.js";
import type { ViewSession } from "./view-session.js";

/** A relation as the view's state has it. */
export interface ViewRelation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  /** pg_class.relkind. */
  readonly kind: string;
}

/** Where rows come from, resolved: `from` is what follows the list of columns. */
export interface ViewSource {
  readonly columns: readonly ViewColumn[];
  readonly from: string;
  /** null for a query. */
  readonly relation: ViewRelation | null;
}

/** Kinds whose descendants hold rows of their own that are not theirs. */
const ONLY_ITS_OWN = new Set(["r", "f"]);
const VIEW = "v";

/**
 * Resolves names, within an act, and has the server check what the user wrote. What is read without any code of a user's
 * prints names in full. DB.REFUSED, DB.PERMISSION, LOCK.DATABASE.
 */
export async function resolveSource(view: ViewSession, source: RowSource): Promise<ViewSource> {
  const resolved = source.kind === "table" ? await tableSource(view, source) : await querySource(view, source);
  const { relation, columns } = resolved;
  if (source.kind === "table" && source.where === null && relation?.kind !== VIEW) await view.hidePath();
  const statement = selectRows(resolved, columns.map(({ sql }) => sql).join(", "));
  await describe(view.session, statement, { doing: `read ${nameOf(source)}`, isWritten: false });
  return resolved;
}

/** The rows of a source, with these expressions for columns. */
export function selectRows({ from }: ViewSource, list: string): string {
  return `SELECT ${list} FROM ${from}`;
}

/** How a source is called in messages. */
export function nameOf(source: RowSource): string {
  if (source.kind === "query") return "the rows of the query";
  const { schema, name } = source.table;
  return schema === null ? name : `${schema}.${name}`;
}

/** Finds a table or what reads like one. DB.REFUSED. */
export async function findRelation(session: Session, table: TableName): Promise<ViewRelation> {
  const [row] = await session.query<SqlRow & ViewRelation>(
    `SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE c.oid = pg_catalog.to_regclass($1)`,
    [quoteQualified(table)],
  );
  if (row !== undefined) return row;
  throw new DbopsError("DB.REFUSED", {
    message: `cannot read ${nameOf({ kind: "table", table, columns: null, where: null, limit: null })}`,
    why: "there is no such table or view, or it was made or dropped while the database was being read",
    hint: "`dbops info TARGET` lists the tables",
  });
}

/** A partitioned table and all below it; any other alone. */
export async function withPartitions(session: Session, relation: ViewRelation): Promise<readonly ViewRelation[]> {
  if (relation.kind !== "p") return [relation];
  return await session.query<SqlRow & ViewRelation>(
    `SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind::text AS kind
       FROM pg_catalog.pg_partition_tree($1) t JOIN pg_catalog.pg_class c ON c.oid = t.relid
       JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace`,
    [relation.oid],
  );
}

interface AttributeRow extends SqlRow {
  readonly name: string;
  readonly oid: number;
  readonly modifier: number;
  readonly generated: boolean;
}

async function tableSource(view: ViewSession, source: TableRows): Promise<ViewSource> {
  const { session } = view;
  const relation = await findRelation(session, source.table);
  const rows = await session.query<AttributeRow>(
    `SELECT attname AS name, atttypid AS oid, atttypmod AS modifier, attgenerated <> '' AS generated
       FROM pg_catalog.pg_attribute WHERE attrelid = $1 AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [relation.oid],
  );
  const chosen = source.columns?.map((name) => findColumn(rows, name, source)) ?? rows;
  const types = await view.plainly(() => nameTypes(session, chosen));
  const columns = chosen.flatMap(({ name, generated }, index): readonly ViewColumn[] => {
    const type = types[index];
    if (type === undefined) return [];
    return [{ ...type, name, type: type.name, isGenerated: generated, sql: quoteIdent(name) }];
  });
  const only = ONLY_ITS_OWN.has(relation.kind) ? "ONLY " : "";
  const where = source.where === null ? "" : `\nWHERE (\n${source.where}\n)`;
  return { columns, from: `${only}${quoteQualified(relation)}${where}${limitOf(source)}`, relation };
}

function findColumn(rows: readonly AttributeRow[], name: string, source: RowSource): AttributeRow {
  const row = rows.find((candidate) => candidate.name === name);
  if (row !== undefined) return row;
  const names = rows.map((candidate) => candidate.name);
  const near = didYouMean(name, names);
  throw new DbopsError("USAGE.INVALID", {
    message: `${nameOf(source)} has no column "${name}"`,
    why: `its columns are: ${names.join(", ")}`,
    hint: near === null ? undefined : `did you mean ${near}?`,
  });
}

async function querySource(view: ViewSession, source: QueryRows): Promise<ViewSource> {
  const { session } = view;
  const fields = await describe(session, source.sql, { doing: "run the query", isWritten: true });
  if (fields === null) throw noRows();
  const declared = fields.map(
    ({ dataTypeID, dataTypeModifier }): DeclaredType => ({ oid: dataTypeID, modifier: dataTypeModifier }),
  );
  const types = await view.plainly(() => nameTypes(session, declared));
  const columns = fields.flatMap(({ name }, index): readonly ViewColumn[] => {
    const type = types[index];
    if (type === undefined) return [];
    return [{ ...type, name, type: type.name, isGenerated: false, sql: `c${index + 1}` }];
  });
  // Names may occur twice, so columns go by their place.
  const aliases = columns.length === 0 ? "" : ` (${columns.map(({ sql }) => sql).join(", ")})`;
  return {
    columns,
    from: `(\n${bareStatement(source.sql)}\n) AS dbops_rows${aliases}${limitOf(source)}`,
    relation: null,
  };
}

function limitOf({ limit }: RowSource): string {
  return limit === null ? "" : `\nLIMIT ${limit}`;
}

function noRows(): DbopsError {
  return new DbopsError("DB.REFUSED", {
    message: "cannot run the query",
    why: "it gives no rows",
    hint: "write a statement that reads: SELECT, VALUES, TABLE or WITH",
  });
}

interface DescribeOptions {
  readonly doing: string;
  /** The statement is the user's own text, so that a place in it means something to them. */
  readonly isWritten: boolean;
}

/** The columns that a statement gives, if any; an error says where it is. */
async function describe(
  session: Session,
  sql: string,
  { doing, isWritten }: DescribeOptions,
): Promise<readonly FieldDef[] | null> {
  try {
    return await session.submit(new DescribeStatement(sql), doing);
  } catch (error) {
    const place = error instanceof DbopsError ? positionOf(error.cause) : null;
    if (!(error instanceof DbopsError) || place === null) throw error;
    const { code, message, why, hint, cause } = error;
    const found = lineAt(sql, place);
    const at = found === "" ? "at its end" : `at: ${found.slice(0, 60)}`;
    const words = isWritten ? [why, `character ${place}`, at] : [why, at];
    throw new DbopsError(code, { message, why: words.join(", "), hint: hint ?? undefined, cause });
  }
}

/** The rest of the line that the character stands in, counted from 1. */
function lineAt(sql: string, place: number): string {
  const rest = [...sql].slice(Math.max(0, place - 1)).join("");
  return rest.trimStart().split("\n", 1)[0] ?? "";
}

function positionOf(cause: unknown): number | null {
  if (typeof cause !== "object" || cause === null || !("position" in cause)) return null;
  return typeof cause.position === "string" ? Number(cause.position) : null;
}
