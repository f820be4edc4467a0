import { rm } from "node:fs/promises";
import { CleanupStack } from "../../../lib/core/cleanup-stack.js";
import { DbopsError, messageOf } from "../../../lib/core/errors.js";
import type { CopyChoices, CopySource } from "../../copy-source-model.js";
import type { DriverContext } from "../../driver.js";
import { isDamage } from "../errors.js";
import { holdsWritersUp, makePrivateCopy, type ViewedFile } from "../private-copy.js";
import { privateFile } from "../snapshot.js";
import { Worker } from "../worker-client.js";
import type { OpenRequest } from "../worker-protocol.js";
import { type ChangeWatch, watchFile, watchVersion } from "./change-watch.js";
import { FileSource } from "./file-source.js";
import { closeGate, requireGate } from "./gate.js";
import { FileReader } from "./reader.js";
import { ReaderPool } from "./reader-pool.js";
import { type RowClient, startRowClient } from "./row-client.js";

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

type Clients = Promise<readonly RowClient[]>;

async function begin(file: CopiedFile, choices: CopyChoices, setting: Setting): Promise<Begun> {
  if (choices.holdWrites) return await beginHeld(file, choices, setting);
  if (file.access.isImage) {
    const watch = await watchFile(file.path);
    return await beginAlone(file.open, choices, {
      of: "private image",
      watch,
      clients: startClients(choices.jobs, setting),
    });
  }
  const watch = watchVersion(file.connection);
  if (!(await holdsWritersUp(file))) return await beginGated(file, choices, { ...setting, watch });
  const clients = startClients(choices.jobs, setting);
  const copy = copyOf(file, setting);
  // Both have come or failed before anything is cleaned up.
  await Promise.allSettled([clients, copy]);
  return await beginAlone(privateFile(await copy), choices, { of: "private copy", watch, clients });
}

/** Nobody else has the file, so all readers see the same. */
async function beginAlone(
  database: OpenRequest,
  choices: CopyChoices,
  { of, watch, clients }: Pick<Begun, "watch"> & { readonly of: string; readonly clients: Clients },
): Promise<Begun> {
  const readers = await openReaders(database, choices, clients);
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
  const readers = await openReaders(file.open, choices, startClients(count, setting));
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
  const readers = await openReaders(file.open, choices, startClients(choices.jobs, setting));
  const gate = requireGate(file.connection);
  setting.cleanup.defer(async () => gate[Symbol.dispose]());
  await Promise.all(readers.map((reader) => reader.begin()));
  return { readers, snapshot: `${snapshotOf(file)}, writers held`, watch: watchVersion(file.connection) };
}

function snapshotOf({ connection }: CopiedFile): string {
  return connection.text("PRAGMA journal_mode") === "wal" ? "WAL snapshot" : "read transaction";
}

async function copyOf(file: CopiedFile, { context, cleanup }: Setting): Promise<string> {
  await using worker = await Worker.start(context);
  const copy = await makePrivateCopy(worker, file, context);
  cleanup.defer(() => rm(copy, { force: true }));
  return copy;
}

async function startClients(count: number, { context, cleanup }: Setting): Clients {
  const started = Array.from({ length: Math.max(1, count) }, async () => cleanup.use(await startRowClient(context)));
  // All of them have come or failed before anything is cleaned up.
  await Promise.allSettled(started);
  return await Promise.all(started);
}

async function openReaders(
  database: OpenRequest,
  choices: CopyChoices,
  clients: Clients,
): Promise<readonly FileReader[]> {
  const opened = (await clients).map(async (client) => {
    await client.ask({ kind: "open", database, choices, isBuilt: false });
    return new FileReader(client);
  });
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
