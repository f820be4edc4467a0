import { rm } from "node:fs/promises";
import { CleanupStack } from "../../../lib/core/cleanup-stack.js";
import { DbopsError, messageOf } from "../../../lib/core/errors.js";
import type { CopyChoices, CopySource } from "../../copy-source-model.js";
import type { DriverContext } from "../../driver.js";
import { isDamage } from "../errors.js";
import { privateCopy, type ViewedFile } from "../private-copy.js";
import { privateFile } from "../snapshot.js";
import { Worker } from "../worker-client.js";
import type { OpenRequest } from "../worker-protocol.js";
import { type ChangeWatch, watchFile, watchVersion } from "./change-watch.js";
import { FileSource } from "./file-source.js";
import { closeGate, requireGate } from "./gate.js";
import { FileReader } from "./reader.js";
import { ReaderPool } from "./reader-pool.js";

export interface CopiedFile extends ViewedFile {
  /** Where the file itself is, also when an image of it is read. */
  readonly path: string;
}

/** One state that readers have begun with. */
interface Begun {
  readonly readers: readonly FileReader[];
  readonly snapshot: string;
  readonly watch: ChangeWatch;
}

/** Opens one state of a file to be copied. DB.PERMISSION, LOCK.DATABASE, COPY.SOURCE_DAMAGED, RESOURCE.DISK_FULL, USAGE.INVALID. */
export async function openCopySource(
  file: CopiedFile,
  choices: CopyChoices,
  context: DriverContext,
): Promise<CopySource> {
  if (choices.schemas.length > 1) throw manySchemas(choices.schemas);
  const cleanup = new CleanupStack();
  try {
    const { readers, snapshot, watch } = await begin(file, choices, { context, cleanup });
    return new FileSource(
      { pool: new ReaderPool(readers), snapshot, watch, path: file.path, cleanup },
      choices,
      context,
    );
  } catch (error) {
    await cleanup[Symbol.asyncDispose]();
    throw isDamage(error) ? damaged(file.path, error) : error;
  }
}

interface Setting {
  readonly context: DriverContext;
  readonly cleanup: CleanupStack;
}

async function begin(file: CopiedFile, choices: CopyChoices, setting: Setting): Promise<Begun> {
  if (choices.holdWrites) return await beginHeld(file, choices, setting);
  if (file.access.isImage)
    return await beginAlone(file.open, choices, { ...setting, of: "private image", watch: await watchFile(file.path) });
  const watch = watchVersion(file.connection);
  const copy = await copyOf(file, setting);
  if (copy !== null) return await beginAlone(privateFile(copy), choices, { ...setting, of: "private copy", watch });
  return await beginGated(file, choices, { ...setting, watch });
}

/** Nobody else has the file, so all readers see the same. */
async function beginAlone(
  database: OpenRequest,
  choices: CopyChoices,
  { of, watch, ...setting }: Setting & { readonly of: string; readonly watch: ChangeWatch },
): Promise<Begun> {
  const readers = await openReaders(database, choices, { ...setting, count: choices.jobs });
  await Promise.all(readers.map((reader) => reader.begin()));
  return { readers, snapshot: of, watch };
}

/** Readers that begin one after another may see different states, unless nobody commits meanwhile. */
async function beginGated(
  file: CopiedFile,
  choices: CopyChoices,
  { watch, ...setting }: Setting & { readonly watch: ChangeWatch },
): Promise<Begun> {
  const count = file.access.isReadOnly ? 1 : choices.jobs;
  const readers = await openReaders(file.open, choices, { ...setting, count });
  using gate = count > 1 ? closeGate(file.connection) : null;
  const [first] = readers;
  if (first !== undefined && count > 1 && gate === null) {
    setting.context.progress.note(
      `${file.path} is being written without a pause: one reader alone has one state of it`,
    );
    await first.begin();
    await Promise.all(readers.slice(1).map((reader) => reader[Symbol.asyncDispose]()));
    return { readers: [first], snapshot: snapshotOf(file), watch };
  }
  await Promise.all(readers.map((reader) => reader.begin()));
  return { readers, snapshot: snapshotOf(file), watch: gate === null ? watch : watchVersion(file.connection) };
}

/** The gate stays closed until the source is let go. */
async function beginHeld(file: CopiedFile, choices: CopyChoices, setting: Setting): Promise<Begun> {
  if (file.access.isReadOnly || file.access.isImage) throw cannotHold(file.path);
  const readers = await openReaders(file.open, choices, { ...setting, count: choices.jobs });
  const gate = requireGate(file.connection);
  setting.cleanup.defer(async () => gate[Symbol.dispose]());
  await Promise.all(readers.map((reader) => reader.begin()));
  return { readers, snapshot: `${snapshotOf(file)}, writers held`, watch: watchVersion(file.connection) };
}

function snapshotOf({ connection }: CopiedFile): string {
  return connection.text("PRAGMA journal_mode") === "wal" ? "WAL snapshot" : "read transaction";
}

async function copyOf(file: CopiedFile, { context, cleanup }: Setting): Promise<string | null> {
  await using worker = await Worker.start(context);
  const copy = await privateCopy(worker, file, context);
  if (copy !== null) cleanup.defer(() => rm(copy, { force: true }));
  return copy;
}

async function openReaders(
  database: OpenRequest,
  choices: CopyChoices,
  { count, context, cleanup }: Setting & { readonly count: number },
): Promise<readonly FileReader[]> {
  const opened = Array.from({ length: Math.max(1, count) }, async () =>
    cleanup.use(await FileReader.open(database, choices, context)),
  );
  // All of them have come or failed before anything is cleaned up.
  await Promise.allSettled(opened);
  return await Promise.all(opened);
}

/** One of them would be where the tables go. */
function manySchemas(schemas: readonly string[]): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `--schema names ${schemas.length} schemas, and a SQLite file has none to choose from`,
    hint: "name one: the target's, into which the tables go",
  });
}

/** Its first pages are: elsewhere damage is found by SQLite's own check, and told in the plan. */
function damaged(path: string, cause: unknown): DbopsError {
  return new DbopsError("COPY.SOURCE_DAMAGED", {
    message: `${path} is damaged`,
    why: `SQLite cannot read it: ${messageOf(cause)}`,
    hint: `restore a backup; what can be read of it can be rescued with: sqlite3 ${path} .recover`,
    cause,
  });
}

function cannotHold(path: string): DbopsError {
  return new DbopsError("DB.PERMISSION", {
    message: `writers of ${path} cannot be held`,
    why: "the file, or its folder, is read-only for this user",
    hint: "run dbops as the user that owns the file, or copy without --hold-writes",
  });
}
