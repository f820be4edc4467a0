import type { LoadFault } from "../load-model.js";
import type { Session } from "./session.js";

/** References among some tables that lead back to where they begin, and are checked at once. */
const CYCLE = `
  WITH RECURSIVE key AS (
    SELECT oid, conname, conrelid, confrelid FROM pg_constraint
     WHERE contype = 'f' AND NOT condeferrable AND conrelid <> confrelid AND conrelid = ANY ($1::oid[]) AND confrelid = ANY ($1::oid[])),
  reached (oid, at) AS (
    SELECT oid, confrelid FROM key UNION SELECT r.oid, key.confrelid FROM reached r JOIN key ON key.conrelid = r.at)
  SELECT key.conname AS name, n.nspname || '.' || c.relname AS table
    FROM key JOIN pg_class c ON c.oid = key.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE EXISTS (SELECT FROM reached r WHERE r.oid = key.oid AND r.at = key.conrelid) ORDER BY 2, 1`;

/** Why no order of records helps where tables wait for each other, in a sentence; null where they do not. */
export async function immediateCycle(
  session: Session,
  tables: ReadonlySet<number>,
  faults: readonly LoadFault[],
): Promise<string | null> {
  if (tables.size < 2) return null;
  const keys = await session.query<{ name: string; table: string }>(CYCLE, [`{${[...tables].join(",")}}`]);
  const broken = keys.filter(({ name }) => faults.some(({ reason }) => reason.includes(`"${name}"`)));
  if (new Set(broken.map(({ table }) => table)).size < 2) return null;
  const names = broken.map(({ name, table }) => `${name} of ${table}`);
  return (
    `records wait for each other: the foreign keys ${names.join(" and ")} are checked at once, so that none of them can ` +
    "come first; make one of them wait for the commit: ALTER TABLE … ALTER CONSTRAINT … DEFERRABLE"
  );
}
