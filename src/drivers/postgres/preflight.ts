import { DbopsError } from "../../lib/core/errors.js";
import type { LoadOptions, PreflightLine, RestoreSource } from "../restore-model.js";
import { majorOf } from "./load-archive.js";
import { headOf } from "./load-source.js";
import { requirementsOf } from "./requirements.js";
import type { ServerNature } from "./server-facts.js";
import type { Session } from "./session.js";
import type { ArchiveHead } from "./toc-tap.js";
import type { ToolName, Tools } from "./tools.js";

export interface PreflightInput {
  readonly session: Session;
  readonly database: string;
  readonly nature: ServerNature;
  readonly tools: Tools;
  readonly source: RestoreSource;
  readonly options: LoadOptions;
}

/** Everything that can be known before anything is touched. */
export async function preflight(input: PreflightInput): Promise<readonly PreflightLine[]> {
  const head = await headOf(input.source);
  const lines = [await programLine(input, head), serverLine(input, head), await rightsLine(input)];
  if (head === null) {
    const detail = "not checked: an SQL file does not list them";
    return [...lines, { subject: "roles and extensions", isOk: true, detail }];
  }
  const { roles, extensions } = requirementsOf(head.toc);
  return [
    ...lines,
    await rolesLine(input, roles),
    await extensionsLine(input.session, extensions),
    await slotsLine(input),
  ];
}

/** Extensions that the server does not offer. */
export async function missingExtensions(session: Session, wanted: readonly string[]): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>("SELECT name FROM pg_available_extensions");
  const offered = new Set(rows.map(({ name }) => name));
  return wanted.filter((name) => !offered.has(name));
}

/** Roles that the server does not have. */
export async function missingRoles(session: Session, wanted: readonly string[]): Promise<readonly string[]> {
  const rows = await session.query<{ name: string }>("SELECT rolname AS name FROM pg_roles");
  const present = new Set(rows.map(({ name }) => name));
  return wanted.filter((name) => !present.has(name));
}

async function programLine({ tools, options }: PreflightInput, head: ArchiveHead | null): Promise<PreflightLine> {
  const needed: readonly (readonly [ToolName, number])[] = [
    ...(head === null ? [] : [["pg_restore", majorOf(head.toc.dumpVersion)] as const]),
    ...(head === null || options.isInPlace ? [["psql", 0] as const] : []),
  ];
  try {
    const found = await Promise.all(needed.map(([name, major]) => tools.find(name, major)));
    return {
      subject: "programs",
      isOk: true,
      detail: found.map(({ path, version }) => `${path} ${version}`).join(", "),
    };
  } catch (error) {
    if (!(error instanceof DbopsError)) throw error;
    return {
      subject: "programs",
      isOk: false,
      code: error.code,
      detail: [error.message, error.hint].filter((text) => text !== null).join("; "),
    };
  }
}

function serverLine({ nature, source }: PreflightInput, head: ArchiveHead | null): PreflightLine {
  const from = head?.toc.serverVersion ?? source.serverVersion;
  const isOlder = from !== null && majorOf(from) > nature.major;
  const detail = `backup of ${from ?? "an unknown version"} into ${nature.version}`;
  const note = isOlder ? ": an older server may refuse some of it, which would stop the restore before the swap" : "";
  return { subject: "server version", isOk: true, detail: `${detail}${note}` };
}

async function rightsLine({ session, database, nature, options }: PreflightInput): Promise<PreflightLine> {
  const { createdb, owner } = await session.one<{ createdb: boolean; owner: boolean | null }>(
    `SELECT (SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user) AS createdb,
            (SELECT pg_has_role(datdba, 'member') FROM pg_database WHERE datname = $1) AS owner`,
    [database],
  );
  const subject = "rights";
  if (nature.isStandby) {
    const detail = "this server is a standby: restore on its primary";
    return { subject, isOk: false, detail, code: "UNSUPPORTED.SERVER" };
  }
  if (options.isInPlace) {
    const isOk = owner === true;
    return { subject, isOk, detail: isOk ? "owner of the database" : "only the database's owner can restore in place" };
  }
  const isOk = createdb && owner !== false;
  const why = createdb ? "not the owner of the existing database" : "no CREATEDB";
  return {
    subject,
    isOk,
    detail: isOk ? "may create and rename databases" : `${why}: use --in-place, or another user`,
  };
}

async function rolesLine({ session, nature }: PreflightInput, roles: readonly string[]): Promise<PreflightLine> {
  const subject = "roles";
  const missing = await missingRoles(session, roles);
  if (missing.length > 0) {
    const detail = `missing: ${missing.join(", ")}; make them first, for example from the backup's .globals.sql`;
    return { subject, isOk: false, detail, code: "RESTORE.ROLE_MISSING" };
  }
  if (nature.isSuperuser || roles.length === 0) return { subject, isOk: true, detail: `${roles.length} present` };
  const foreign = await session.query<{ name: string }>(
    "SELECT rolname AS name FROM pg_roles WHERE rolname = ANY ($1::text[]) AND NOT pg_has_role(oid, 'member')",
    [`{${roles.map((role) => JSON.stringify(role)).join(",")}}`],
  );
  const names = foreign.map(({ name }) => name).join(", ");
  const detail =
    foreign.length === 0
      ? `${roles.length} present`
      : `this user is no member of ${names}; objects they own will be refused`;
  return { subject, isOk: true, detail };
}

async function extensionsLine(session: Session, extensions: readonly string[]): Promise<PreflightLine> {
  const missing = await missingExtensions(session, extensions);
  const isOk = missing.length === 0;
  const detail = isOk ? `${extensions.length} available` : `not installed on the server: ${missing.join(", ")}`;
  return { subject: "extensions", isOk, detail, code: "RESTORE.EXTENSION_MISSING" };
}

/** A logical replication slot keeps following the old database under its kept name. */
async function slotsLine({ session, database }: PreflightInput): Promise<PreflightLine> {
  const rows = await session.query<{ name: string }>(
    "SELECT slot_name AS name FROM pg_replication_slots WHERE database = $1",
    [database],
  );
  const names = rows.map(({ name }) => name).join(", ");
  const detail =
    rows.length === 0 ? "none" : `${names} will follow the old database: make them again after the restore`;
  return { subject: "logical replication slots", isOk: true, detail };
}
