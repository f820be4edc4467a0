import { DbopsError } from "../../lib/core/errors.js";
import type { RestoreSource } from "../restore-model.js";
import { readHead } from "./archive-head.js";
import { databaseEntries, databaseScript } from "./database-entries.js";
import { type DatabaseScript, readDatabaseScript } from "./database-script.js";
import { loadArchive } from "./load-archive.js";
import { loadDirectory, readDirectoryHead } from "./load-directory.js";
import type { LoadPlace } from "./load-place.js";
import { loadScript } from "./load-script.js";
import type { ArchiveHead } from "./toc-tap.js";

/** Loads a backup of any kind into an empty database; its first error ends it. */
export async function loadSource(source: RestoreSource, head: ArchiveHead | null, place: LoadPlace): Promise<void> {
  switch (source.kind) {
    case "pgdump":
      return await loadArchive(source, head ?? (await readHead(source)), place);
    case "pgdir.tar":
      return await loadDirectory(source, place);
    case "sql":
      return await loadScript(place, { script: await source.openMain(), transaction: null });
    default:
      throw unknownKind(source.kind);
  }
}

/** The head of an archive; null for SQL, which has none. BACKUP.DAMAGED. */
export async function headOf(source: RestoreSource): Promise<ArchiveHead | null> {
  switch (source.kind) {
    case "pgdump":
      return await readHead(source);
    case "pgdir.tar":
      return await readDirectoryHead(source);
    case "sql":
      return null;
    default:
      throw unknownKind(source.kind);
  }
}

/** What the backup says about the database itself: its own part, else the archive's entries, else nothing. */
export async function databaseScriptOf(
  source: RestoreSource,
  head: ArchiveHead | null,
  tools: Pick<LoadPlace, "context" | "tools">,
): Promise<DatabaseScript | null> {
  const part = await source.readPart("database");
  if (part !== null) return readDatabaseScript(part);
  if (head === null || databaseEntries(head.toc).length === 0) return null;
  return readDatabaseScript(await databaseScript(head, tools));
}

function unknownKind(kind: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `PostgreSQL cannot load a .${kind} file`,
    why: "it loads archives of pg_dump (custom or directory format) and SQL scripts of pg_dump",
  });
}
