import type { DriverContext } from "../../driver.js";
import { NOTICE_GONE_CLIENT } from "../client-check.js";
import type { ConnInfo } from "../conn-info.js";
import { openSession } from "../connect.js";
import { FIXED_SETTINGS } from "../fingerprint.js";
import { NO_TIMEOUTS } from "../no-timeouts.js";
import type { Session } from "../session.js";

/** Keys in an order that no index has are sorted, in pieces of this size. */
const SORT_KB = 32 * 1024;

/**
 * How canonical text is spelled: any positive number of extra digits means the shortest exact ones. Rows without a key come
 * as they lie, each time, which neither several workers nor a scan that begins in the middle would give.
 */
const SETTINGS = `${FIXED_SETTINGS}; SET client_encoding = 'UTF8'; SET extra_float_digits = 1;
  SET synchronize_seqscans = off; SET max_parallel_workers_per_gather = 0; SET jit = off; SET standard_conforming_strings = on;
  SELECT pg_catalog.set_config(name, '${SORT_KB}', false) FROM pg_catalog.pg_settings
   WHERE name = 'work_mem' AND setting::int < ${SORT_KB};
  ${NOTICE_GONE_CLIENT}`;

export interface ReadSessionOptions {
  readonly conn: ConnInfo;
  readonly context: DriverContext;
  /** Shown in pg_stat_activity; the usual one unless said otherwise. */
  readonly applicationName?: string;
}

/** Connects a session in which values print as they travel. CONNECT.*. */
export async function openReadSession({ conn, ...options }: ReadSessionOptions): Promise<Session> {
  const session = await openSession(conn, options);
  try {
    const wait = `SET lock_timeout = ${Math.max(1, options.context.lockTimeoutMs)}`;
    await session.run([NO_TIMEOUTS, wait, SETTINGS].join("; "));
    return session;
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}
