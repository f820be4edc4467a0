import { dirname } from "node:path";
import { messageOf } from "../../lib/core/errors.js";
import { formatBytes, formatCount } from "../../lib/core/units.js";
import { freeBytes } from "../../lib/system/disk-space.js";
import type { Diagnosis } from "../driver.js";
import type { Connection } from "./connection.js";
import { besideLines } from "./doctor-beside.js";
import type { DatabaseFile } from "./locate.js";
import { libraryVersion } from "./server-facts.js";
import { sidecarsOf } from "./sidecars.js";

/** A log above this is more than checkpoints that keep up would leave. */
const LARGE_WAL_BYTES = 256 * 1024 * 1024;

/** The lines of `dbops doctor` about one file. */
export async function diagnoseFile(file: DatabaseFile, connection: Connection): Promise<readonly Diagnosis[]> {
  return [
    ok("SQLite", `library ${libraryVersion()}`),
    ok("file", `${file.path}, ${formatBytes(file.sizeBytes)}, journal mode ${connection.text("PRAGMA journal_mode")}`),
    permissions(file),
    schemaLine(connection),
    await walLine(file),
    await diskLine(file),
    ...(await besideLines(file.path)),
  ];
}

function permissions({ path, isWritable }: DatabaseFile): Diagnosis {
  if (isWritable) return ok("permissions", "file and folder may be read and written");
  return {
    subject: "permissions",
    status: "warning",
    detail: `${path} or its folder may not be written by this user: backups work, a restore does not`,
    fix: "run dbops as the user that owns the file",
  };
}

function schemaLine(connection: Connection): Diagnosis {
  try {
    const tables = connection.count("SELECT count(*) FROM sqlite_schema WHERE type = 'table'");
    return ok("schema", `${formatCount(tables)} tables`);
  } catch (error) {
    return {
      subject: "schema",
      status: "error",
      detail: messageOf(error),
      fix: "the database is damaged: back it up now, then restore the newest proven backup",
    };
  }
}

async function walLine({ path }: DatabaseFile): Promise<Diagnosis> {
  const { walBytes } = await sidecarsOf(path);
  if (walBytes === null || walBytes < LARGE_WAL_BYTES) {
    return ok("write-ahead log", walBytes === null ? "none" : formatBytes(walBytes));
  }
  return {
    subject: "write-ahead log",
    status: "warning",
    detail: `${formatBytes(walBytes)}: a reader that never ends keeps checkpoints from finishing`,
    fix: "end the long-running reader, then run in the application's own connection: PRAGMA wal_checkpoint(TRUNCATE)",
  };
}

/** A restore needs room for the new file beside the old one. */
async function diskLine({ path, sizeBytes }: DatabaseFile): Promise<Diagnosis> {
  const folder = dirname(path);
  const free = await freeBytes(folder);
  const detail = `${formatBytes(free)} free at ${folder}`;
  if (free > 2 * sizeBytes) return ok("disk", detail);
  return {
    subject: "disk",
    status: "warning",
    detail: `${detail}: a restore needs ${formatBytes(2 * sizeBytes)} beside the database`,
    fix: "free space there",
  };
}

function ok(subject: string, detail: string): Diagnosis {
  return { subject, status: "ok", detail, fix: null };
}
