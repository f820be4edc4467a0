import { DbopsError } from "../../lib/core/errors.js";
import { ORIGIN_TABLE } from "../../lib/core/origin-table.js";
import type { Fingerprint, FingerprintMode, NotCovered, TableFingerprint } from "../fingerprint-model.js";
import { quoteQualified } from "./quote-ident.js";
import { listRelations, type Relation } from "./relations.js";
import { type RowText, readRowText } from "./row-text.js";
import type { ServerNature } from "./server-facts.js";
import type { Session } from "./session.js";
import { hashStructure, structureAlgorithm } from "./structure.js";

/** Changes whenever the text of a row that is hashed does. */
export const ALGORITHM = "pg-hashtextextended-sum/2";

/** Everything that decides how a value prints; row security would hide rows. */
export const FIXED_SETTINGS = `
  SET search_path = ''; SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'postgres';
  SET extra_float_digits = 3; SET bytea_output = 'hex'; SET lc_monetary = 'C'; SET xmlbinary = 'base64'; SET row_security = off`;

const SEQUENCES_PER_QUERY = 100;

/** Reads a whole database in the session's open transaction: the very code for both sides of a comparison. */
export async function fingerprintAll(
  session: Session,
  mode: FingerprintMode,
  { isStandby, major }: Pick<ServerNature, "isStandby" | "major">,
): Promise<Fingerprint> {
  const { relations, notCovered } = await listRelations(session, isStandby);
  const sequences = relations.filter(({ kind }) => kind === "sequence");
  const rows = await fingerprintRows(session, mode, relations);
  return {
    algorithm: mode === "hash" ? ALGORITHM : null,
    tables: [...rows.tables, ...(await fingerprintSequences(session, mode, sequences))],
    schemaAlgorithm: structureAlgorithm(major),
    schemaHash: await hashStructure(session),
    notCovered: [...notCovered, ...rows.notCovered],
  };
}

export interface RowFingerprints {
  readonly tables: readonly TableFingerprint[];
  readonly notCovered: readonly NotCovered[];
}

/** Tables among `relations`, and all large objects. */
export async function fingerprintRows(
  session: Session,
  mode: FingerprintMode,
  relations: readonly Relation[],
): Promise<RowFingerprints> {
  const tables: TableFingerprint[] = [];
  const rowText = await readRowText(session);
  for (const relation of relations) {
    const { schema, name, kind } = relation;
    if (kind === "table" && name !== ORIGIN_TABLE)
      tables.push({ kind, schema, name, ...(await readTable(session, { mode, rowText }, relation)) });
  }
  const objects = await readLargeObjects(session, mode);
  return { tables: [...tables, ...objects.tables], notCovered: objects.notCovered };
}

/** A sequence's state as it is compared. */
export function sequenceHash(lastValue: bigint | string, isCalled: boolean): string {
  return `${lastValue},${isCalled}`;
}

interface Read {
  readonly rows: number | null;
  readonly hash: string | null;
}

async function readTable(
  session: Session,
  { mode, rowText }: { readonly mode: FingerprintMode; readonly rowText: RowText },
  table: Relation,
): Promise<Read> {
  if (mode === "none") return { rows: null, hash: null };
  const sum = `coalesce(sum(hashtextextended(${rowText(table.oid)}::text, 0)::numeric), 0)::text`;
  const hash = mode === "hash" ? sum : "NULL::text";
  const row = await session.one<{ rows: bigint; hash: string | null }>(
    `SELECT count(*) AS rows, ${hash} AS hash FROM ONLY ${quoteQualified(table)} AS r`,
  );
  return { rows: Number(row.rows), hash: row.hash };
}

/** One entry for all of them, none when there are none. An object above 1 GB cannot be read in one piece and is named instead. */
async function readLargeObjects(session: Session, mode: FingerprintMode): Promise<RowFingerprints> {
  const { count } = await session.one<{ count: bigint }>(
    "SELECT count(*) AS count FROM pg_catalog.pg_largeobject_metadata",
  );
  if (count === 0n) return { tables: [], notCovered: [] };
  const entry = { kind: "largeObjects", schema: null, name: "large objects" } as const;
  if (mode === "none") return { tables: [{ ...entry, rows: null, hash: null }], notCovered: [] };
  if (mode === "counts") return { tables: [{ ...entry, rows: Number(count), hash: null }], notCovered: [] };
  await session.query("SAVEPOINT dbops_objects");
  try {
    const { hash } = await session.one<{ hash: string }>(
      `SELECT sum(hashtextextended(oid::text || ':' || md5(lo_get(oid)), 0)::numeric)::text AS hash FROM pg_catalog.pg_largeobject_metadata`,
    );
    await session.query("RELEASE SAVEPOINT dbops_objects");
    return { tables: [{ ...entry, rows: Number(count), hash }], notCovered: [] };
  } catch (error) {
    if (!(error instanceof DbopsError) || error.code !== "DB.REFUSED") throw error;
    await session.query("ROLLBACK TO SAVEPOINT dbops_objects");
    const reason = `only counted, not compared: ${error.why}`;
    return {
      tables: [{ ...entry, rows: Number(count), hash: null }],
      notCovered: [{ kind: "large objects", name: "large objects", reason }],
    };
  }
}

async function fingerprintSequences(
  session: Session,
  mode: FingerprintMode,
  sequences: readonly Relation[],
): Promise<readonly TableFingerprint[]> {
  const found: TableFingerprint[] = [];
  for (let start = 0; start < sequences.length; start += SEQUENCES_PER_QUERY) {
    const some = sequences.slice(start, start + SEQUENCES_PER_QUERY);
    const states = mode === "hash" ? await readSequences(session, some) : new Map<number, string>();
    for (const [index, { schema, name }] of some.entries()) {
      found.push({ kind: "sequence", schema, name, rows: null, hash: states.get(index) ?? null });
    }
  }
  return found;
}

async function readSequences(session: Session, sequences: readonly Relation[]): Promise<ReadonlyMap<number, string>> {
  const selects = sequences.map(
    (sequence, index) => `SELECT ${index} AS index, last_value, is_called FROM ${quoteQualified(sequence)}`,
  );
  const rows = await session.query<{ index: number; last_value: bigint; is_called: boolean }>(
    selects.join(" UNION ALL "),
  );
  return new Map(rows.map(({ index, last_value, is_called }) => [index, sequenceHash(last_value, is_called)]));
}
