import { DbopsError } from "../../lib/core/errors.js";
import type { ServerFacts, Setting } from "../driver.js";
import type { Session } from "./session.js";

/** PostgreSQL 13, the oldest that dbops supports. */
const OLDEST = 130_000;
const SETTINGS = [
  "data_checksums",
  "max_connections",
  "shared_buffers",
  "work_mem",
  "maintenance_work_mem",
  "wal_level",
  "archive_mode",
  "fsync",
  "full_page_writes",
  "synchronous_commit",
  "autovacuum",
  "statement_timeout",
  "idle_in_transaction_session_timeout",
  "server_encoding",
  "lc_collate",
  "TimeZone",
];

/** What never changes while connected. */
export interface ServerNature {
  readonly version: string;
  readonly versionNumber: number;
  readonly major: number;
  readonly systemIdentifier: string | null;
  readonly timeline: number | null;
  readonly isStandby: boolean;
  readonly isSuperuser: boolean;
}

/** Reads what the rest depends on. UNSUPPORTED.SERVER below version 13. */
export async function readNature(session: Session): Promise<ServerNature> {
  const row = await session.one<{ version: string; number: string; standby: boolean; superuser: boolean }>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num') AS number,
            pg_is_in_recovery() AS standby, coalesce((SELECT rolsuper FROM pg_roles WHERE rolname = current_user), false) AS superuser`,
  );
  const versionNumber = Number(row.number);
  if (versionNumber < OLDEST) throw tooOld(row.version);
  const version = row.version.split(" ")[0] ?? row.version;
  const major = Math.floor(versionNumber / 10_000);
  const { standby: isStandby, superuser: isSuperuser } = row;
  return { version, versionNumber, major, isStandby, isSuperuser, ...(await readControl(session)) };
}

/** For `info` and `doctor`. */
export async function readServerFacts(session: Session, nature: ServerNature): Promise<ServerFacts> {
  const row = await session.one<{ size: bigint; now: string }>(
    "SELECT pg_database_size(current_database()) AS size, to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') AS now",
  );
  const settings = await session.query<{ name: string; value: string }>(
    "SELECT name, current_setting(name) AS value FROM pg_settings WHERE name = ANY ($1::text[]) ORDER BY name",
    [`{${SETTINGS.join(",")}}`],
  );
  return {
    engine: "postgres",
    title: "PostgreSQL",
    version: nature.version,
    versionNumber: nature.versionNumber,
    sizeBytes: Number(row.size),
    settings: settings.map(({ name, value }): Setting => ({ name, value })),
    systemIdentifier: nature.systemIdentifier,
    timeline: nature.timeline,
    role: nature.isStandby ? "standby" : "primary",
    now: new Date(row.now),
  };
}

/** Hosted servers may keep these functions to themselves. */
async function readControl(session: Session): Promise<Pick<ServerNature, "systemIdentifier" | "timeline">> {
  const { allowed } = await session.one<{ allowed: boolean }>(
    "SELECT has_function_privilege('pg_control_system()', 'execute') AND has_function_privilege('pg_control_checkpoint()', 'execute') AS allowed",
  );
  if (!allowed) return { systemIdentifier: null, timeline: null };
  const { id, timeline } = await session.one<{ id: string; timeline: number }>(
    "SELECT (SELECT system_identifier::text FROM pg_control_system()) AS id, (SELECT timeline_id FROM pg_control_checkpoint()) AS timeline",
  );
  return { systemIdentifier: id, timeline };
}

function tooOld(version: string): DbopsError {
  return new DbopsError("UNSUPPORTED.SERVER", {
    message: `PostgreSQL ${version} is not supported`,
    why: "dbops works with PostgreSQL 13 and newer",
    hint: "upgrade the server; until then use its own pg_dump",
  });
}
