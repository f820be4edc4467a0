import { DbopsError } from "../../lib/core/errors.js";
import { formatDuration } from "../../lib/core/units.js";
import type { Diagnosis, DriverContext } from "../driver.js";
import { LOCK_KEY } from "./lock.js";
import type { ServerNature } from "./server-facts.js";
import type { Session } from "./session.js";
import type { ToolName, Tools } from "./tools.js";

const CLOCK_LIMIT_MS = 5000;
const NEWEST_TESTED = 18;

export interface DoctorInput {
  readonly session: Session;
  readonly nature: ServerNature;
  readonly tools: Tools;
  readonly context: DriverContext;
}

/** The engine's lines of `dbops doctor`. */
export async function diagnose(input: DoctorInput): Promise<readonly Diagnosis[]> {
  const { nature, tools } = input;
  return [
    versionLine(nature),
    ...(await diagnosePrograms(tools, nature.major)),
    await rightsLine(input),
    await checksumLine(input),
    await clockLine(input),
    ...(await collationLines(input)),
    ...(await lockLines(input)),
  ];
}

const PROGRAMS: readonly (readonly [ToolName, string])[] = [
  ["pg_dump", "backups"],
  ["pg_dumpall", "roles in backups"],
  ["pg_restore", "restores"],
  ["psql", "restores of SQL files and in place"],
  ["initdb", "proofs in a throw-away cluster"],
];

/** PostgreSQL's own programs on this machine: at least of that version, or 0 when no server is known. */
export async function diagnosePrograms(tools: Tools, minMajor: number): Promise<readonly Diagnosis[]> {
  return await Promise.all(PROGRAMS.map(([name, use]) => toolLine({ tools, minMajor }, name, use)));
}

function versionLine({ version, major }: ServerNature): Diagnosis {
  const isTested = major <= NEWEST_TESTED;
  return {
    subject: "server version",
    status: isTested ? "ok" : "warning",
    detail: `PostgreSQL ${version}`,
    fix: isTested ? null : "this dbops is older than the server: look for a newer dbops",
  };
}

async function toolLine(known: { tools: Tools; minMajor: number }, name: ToolName, use: string): Promise<Diagnosis> {
  try {
    const tool = await known.tools.find(name, known.minMajor);
    return { subject: name, status: "ok", detail: `${tool.version} (${tool.path})`, fix: null };
  } catch (error) {
    if (!(error instanceof DbopsError)) throw error;
    const isOptional = name === "initdb" || name === "psql";
    const detail = `${error.message}: needed for ${use}`;
    return { subject: name, status: isOptional ? "warning" : "error", detail, fix: error.hint };
  }
}

async function rightsLine({ session }: DoctorInput): Promise<Diagnosis> {
  const row = await session.one<{ unreadable: bigint; createdb: boolean; owner: boolean }>(
    `SELECT (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
              WHERE c.relkind IN ('r', 'p', 'S') AND c.relpersistence <> 't' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
                AND NOT has_table_privilege(c.oid, 'select')) AS unreadable,
            (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user) AS createdb,
            (SELECT pg_has_role(datdba, 'member') FROM pg_database WHERE datname = current_database()) AS owner`,
  );
  if (row.unreadable > 0n) {
    const detail = `${row.unreadable} tables or sequences may not be read by this user: backups will fail`;
    return { subject: "rights", status: "error", detail, fix: "GRANT pg_read_all_data TO the user, or use the owner" };
  }
  if (row.createdb && row.owner)
    return { subject: "rights", status: "ok", detail: "may read everything and swap databases", fix: null };
  const detail = "may read everything, but not create and rename databases: restores must be --in-place";
  return {
    subject: "rights",
    status: "warning",
    detail,
    fix: "ALTER ROLE … CREATEDB, and make the user the database's owner",
  };
}

async function checksumLine({ session }: DoctorInput): Promise<Diagnosis> {
  const { on } = await session.one<{ on: boolean }>("SELECT current_setting('data_checksums')::boolean AS on");
  if (on) return { subject: "data checksums", status: "ok", detail: "on", fix: null };
  const fix = "switch them on while the server is stopped: pg_checksums --enable";
  return { subject: "data checksums", status: "warning", detail: "off: a damaged page can go unnoticed", fix };
}

async function clockLine({ session, context }: DoctorInput): Promise<Diagnosis> {
  const { epoch } = await session.one<{ epoch: number }>(
    "SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS epoch",
  );
  const differenceMs = Math.abs(context.clock.now().getTime() - epoch);
  const isClose = differenceMs < CLOCK_LIMIT_MS;
  const detail = `differs from this machine's by ${formatDuration(differenceMs)}`;
  return {
    subject: "server clock",
    status: isClose ? "ok" : "warning",
    detail,
    fix: isClose ? null : "synchronise both clocks (NTP)",
  };
}

/** pg_database.datcollversion came with PostgreSQL 15. */
async function collationLines({ session, nature }: DoctorInput): Promise<readonly Diagnosis[]> {
  if (nature.major < 15) return [];
  const { changed } = await session.one<{ changed: boolean }>(
    `SELECT coalesce(datcollversion <> pg_database_collation_actual_version(oid), false) AS changed
       FROM pg_database WHERE datname = current_database()`,
  );
  if (!changed) return [];
  const detail = "the system's sort order has changed since the database was made: text indexes may be wrong";
  return [
    {
      subject: "collation",
      status: "warning",
      detail,
      fix: "REINDEX DATABASE, then ALTER DATABASE … REFRESH COLLATION VERSION",
    },
  ];
}

/** The lock of `dbops` runs that change data; it lives in the maintenance database and is seen from everywhere. */
async function lockLines({ session }: DoctorInput): Promise<readonly Diagnosis[]> {
  const holders = await session.query<{ pid: number; name: string | null; since: string | null }>(
    `SELECT l.pid, a.application_name AS name, to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ') AS since
       FROM (SELECT ${LOCK_KEY} AS key) k, pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
      WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
        AND l.classid = ((k.key >> 32) & 4294967295)::oid AND l.objid = (k.key & 4294967295)::oid`,
    ["data", (await session.one<{ name: string }>("SELECT current_database()::text AS name")).name],
  );
  return holders.map(({ pid, name, since }) => {
    const detail = `held by "${name ?? "a session of another user"}" since ${since ?? "a time not shown"} (server pid ${pid})`;
    return { subject: "lock", status: "ok", detail, fix: null };
  });
}
