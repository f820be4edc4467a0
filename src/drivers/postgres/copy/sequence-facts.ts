import type { TableName } from "../../driver.js";
import { quoteIdent, quoteQualified } from "../quote-ident.js";
import { quoteLiteral } from "../quote-literal.js";
import { isOurs } from "../schema.js";
import type { Session, SqlRow } from "../session.js";
import type { ChosenRelations } from "./choose-relations.js";

export interface SequenceFacts extends TableName {
  readonly oid: number;
  readonly schema: string;
  /** What it gives next. */
  readonly next: bigint;
  readonly step: bigint;
  readonly isCycling: boolean;
  /** AS type and all that follows, where it stands aside. */
  readonly options: string;
  /** The column that it numbers, by the oid of the table and its number there; null of one that is on its own. */
  readonly owner: { readonly table: number; readonly column: number } | null;
  readonly comment: string | null;
}

interface SequenceRow extends SqlRow {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly type: string;
  readonly start: bigint;
  readonly step: bigint;
  readonly least: bigint;
  readonly greatest: bigint;
  readonly cache: bigint;
  readonly cycle: boolean;
  readonly table: number | null;
  readonly column: number | null;
  readonly comment: string | null;
}

interface StateRow extends SqlRow {
  readonly index: number;
  readonly last: bigint;
  readonly called: boolean;
}

/** Owned ones belong to a serial column ("a") or to an identity ("i"). */
const SEQUENCES = `
  SELECT c.oid, n.nspname AS schema, c.relname AS name, format_type(s.seqtypid, NULL) AS type, s.seqstart AS start,
         s.seqincrement AS step, s.seqmin AS least, s.seqmax AS greatest, s.seqcache AS cache, s.seqcycle AS cycle,
         d.refobjid AS table, d.refobjsubid AS column, obj_description(c.oid, 'pg_class') AS comment
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_sequence s ON s.seqrelid = c.oid
    LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.refclassid = 'pg_class'::regclass
          AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
   WHERE c.relkind = 'S' AND ${isOurs("c")}
   ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"`;

const STATES_PER_QUERY = 100;

/**
 * The sequences that number columns of these tables, or are on their own, with where they stand: they obey no snapshot.
 * DB.PERMISSION.
 */
export async function readSequenceFacts(
  session: Session,
  { tables, schemas, isPart }: ChosenRelations,
): Promise<readonly SequenceFacts[]> {
  const owners = new Set(tables.map(({ oid }) => oid));
  const isWanted = ({ table, schema }: SequenceRow): boolean =>
    table === null ? !isPart && schemas.has(schema) : owners.has(table);
  const rows = (await session.query<SequenceRow>(SEQUENCES)).filter(isWanted);
  const found: SequenceFacts[] = [];
  for (let start = 0; start < rows.length; start += STATES_PER_QUERY) {
    const some = rows.slice(start, start + STATES_PER_QUERY);
    const states = await readStates(session, some);
    found.push(...some.map((row, index) => sequenceOf(row, states.get(index))));
  }
  return found;
}

async function readStates(session: Session, some: readonly SequenceRow[]): Promise<ReadonlyMap<number, StateRow>> {
  const selects = some.map(
    (sequence, index) =>
      `SELECT ${index} AS index, last_value AS last, is_called AS called FROM ${quoteQualified(sequence)}`,
  );
  const rows = await session.query<StateRow>(selects.join(" UNION ALL "));
  return new Map(rows.map((row) => [row.index, row]));
}

function sequenceOf(row: SequenceRow, state: StateRow | undefined): SequenceFacts {
  const { oid, schema, name, type, start, step, least, greatest, cache, cycle, table, column, comment } = row;
  const bounds = `START WITH ${start} INCREMENT BY ${step} MINVALUE ${least} MAXVALUE ${greatest} CACHE ${cache}`;
  return {
    oid,
    schema,
    name,
    next: nextOf(row, state),
    step,
    isCycling: cycle,
    options: `AS ${type} ${bounds}${cycle ? " CYCLE" : ""}`,
    owner: table === null || column === null ? null : { table, column },
    comment,
  };
}

/** A sequence that has come to its end gives nothing next: then what lies behind it. */
function nextOf({ start, step }: SequenceRow, state: StateRow | undefined): bigint {
  if (state === undefined) return start;
  return state.called ? state.last + step : state.last;
}

/** The statement that makes it, in an unnamed schema. */
export function sequenceDefinition({ name, options }: SequenceFacts): string {
  return `CREATE SEQUENCE ${quoteIdent(name)} ${options}`;
}

/** Statements that make one of its own again, where it stands now. */
export function freeSequenceDefinition(sequence: SequenceFacts): string {
  const { comment, next } = sequence;
  const name = quoteIdent(sequence.name);
  const said = comment === null ? "" : `COMMENT ON SEQUENCE ${name} IS ${quoteLiteral(comment)};\n`;
  return `${sequenceDefinition(sequence)};\nALTER SEQUENCE ${name} RESTART WITH ${next};\n${said}`;
}
