import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { COMPRESSION_EXTENSIONS, type Compression } from "../codec/choose-compression.js";
import { syncFolder } from "../system/files.js";
import { writingOutput } from "../system/output-file.js";
import { isThere, partialName, writeOutputStream } from "../system/output-stream.js";
import type { HashedBytes } from "../system/write-hashed.js";
import type { ExportedTable } from "../transfer/export-manifest.js";
import { EXPORT_MANIFEST_NAME, EXPORT_SCHEMA_NAME } from "../transfer/export-names.js";
import { definitionOf } from "./definition-of.js";
import { type ExportJob, readingPhase } from "./export-job.js";
import { exportText } from "./export-text.js";
import { exportedTable } from "./exported-table.js";
import { fileNames } from "./file-names.js";
import { manifestText } from "./manifest-text.js";
import type { FolderFormat } from "./output-form.js";
import { packText } from "./pack-text.js";
import type { WrittenRows } from "./read-rows.js";

export interface FolderOptions {
  readonly format: FolderFormat;
  readonly compression: Compression;
}

export interface WrittenFolder {
  readonly written: readonly WrittenRows[];
  /** Of all its files; in the order of reading, the manifest first. */
  readonly files: readonly string[];
  readonly tables: readonly ExportedTable[];
  readonly sizeBytes: number;
}

/**
 * Writes a folder that appears when it is whole: schema, a file per table, and the manifest that tells how to load them.
 * A folder that is there already, which may be a mount, is filled where it is; its manifest comes last.
 */
export async function writeFolder(path: string, job: ExportJob, options: FolderOptions): Promise<WrittenFolder> {
  if (await isThere(path)) return await fillExisting(path, job, options);
  const partial = partialName(path, job.services.run);
  await writingOutput(partial, () => mkdir(partial, { mode: 0o700 }));
  try {
    const folder = await fillFolder(partial, job, options);
    await writingOutput(path, () => rename(partial, path));
    await writingOutput(path, () => syncFolder(dirname(path)));
    return folder;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function fillExisting(path: string, job: ExportJob, options: FolderOptions): Promise<WrittenFolder> {
  try {
    return await fillFolder(path, job, options);
  } catch (error) {
    // It was empty when the run began.
    for (const name of await readdir(path)) await rm(join(path, name), { force: true });
    throw error;
  }
}

/** Writes the files of an export into an empty folder. */
export async function fillFolder(folder: string, job: ExportJob, options: FolderOptions): Promise<WrittenFolder> {
  const write = (name: string, content: Readable) => writeOutputStream(join(folder, name), content, outputOptions(job));
  const { opening, before, after, closing } = await definitionOf(job);
  const schema = await write(EXPORT_SCHEMA_NAME, textStream(`${opening}${before}${after}${closing}`));
  const rowsAt = Buffer.byteLength(`${opening}${before}`);
  const { written, tables, sizeBytes } = await writeTables(write, job, options);
  const schemaFile = { file: EXPORT_SCHEMA_NAME, sha256: schema.sha256, rowsAt };
  const manifest = await write(
    EXPORT_MANIFEST_NAME,
    textStream(await manifestText(job, { ...options, schemaFile, tables })),
  );
  await writingOutput(folder, () => syncFolder(folder));
  const files = [EXPORT_MANIFEST_NAME, EXPORT_SCHEMA_NAME, ...tables.map(({ file }) => file)];
  return { written, files, tables, sizeBytes: schema.bytes + sizeBytes + manifest.bytes };
}

type Write = (name: string, content: Readable) => Promise<HashedBytes>;

async function writeTables(write: Write, job: ExportJob, { format, compression }: FolderOptions) {
  const { chosen, spelling, services, view } = job;
  const phase = readingPhase(job);
  const written: WrittenRows[] = [];
  const tables: ExportedTable[] = [];
  const keys = chosen.map(({ key }) => key);
  const names = fileNames(keys, `.${format}${COMPRESSION_EXTENSIONS[compression]}`);
  for (const [index, each] of chosen.entries()) {
    const file = names[index] ?? "";
    const text = exportText([each], { view, phase, written }, { format, spelling, definition: null });
    const { bytes, sha256 } = await write(file, await packText(text, { compression, services }));
    const facts = written[index];
    if (facts === undefined) throw new Error(`${each.key} was not read to its end`);
    tables.push({ ...exportedTable(facts, job.columns[index] ?? []), file, bytes, sha256 });
  }
  phase.done();
  return { written, tables, sizeBytes: tables.reduce((sum, { bytes }) => sum + bytes, 0) };
}

function textStream(text: string): Readable {
  return Readable.from([Buffer.from(text)]);
}

function outputOptions({ services }: ExportJob) {
  return { run: services.run, signal: services.driverContext.signal };
}
