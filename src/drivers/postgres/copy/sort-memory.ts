import type { Session } from "../session.js";

/** Pieces that stay in a processor's caches: an index of text costs a quarter less time than one sorted in 128 MB. */
const SMALL_KB = 16 * 1024;
/** From here on several workers are worth it, of which each wants 32 MB. */
const LARGE_TABLE_BYTES = 1024 ** 3;
const LARGE_KB = 128 * 1024;

/** How much memory the session's next index of a table is sorted in; the server's own setting where it is more. */
export async function setSortMemory(session: Session, quoted: string): Promise<void> {
  await session.query(
    `SELECT pg_catalog.set_config(name, CASE WHEN pg_catalog.pg_table_size(pg_catalog.to_regclass($1)) < $2
              THEN $3::pg_catalog.int8 ELSE greatest($4::pg_catalog.int8, reset_val::pg_catalog.int8) END::text, false)
       FROM pg_catalog.pg_settings WHERE name = 'maintenance_work_mem'`,
    [quoted, BigInt(LARGE_TABLE_BYTES), BigInt(SMALL_KB), BigInt(LARGE_KB)],
  );
}
