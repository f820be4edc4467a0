import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import type { Compression } from "../codec/choose-compression.js";
import { DbopsError } from "../core/errors.js";
import { readStreamOf } from "../system/files.js";
import { isDatabaseOpen } from "../system/open-databases.js";
import type { RecordTable } from "../transfer/record-model.js";
import { listTar } from "./archive-tar.js";
import { listZip } from "./archive-zip.js";
import { openScript, type ScriptSource } from "./open-script.js";
import { type ByteSource, headOf } from "./read-bytes.js";
import { decompressed } from "./read-compressed.js";
import { fileBytes, type StoredFile, spool, unreadable } from "./read-file.js";
import { listFolder } from "./read-folder.js";
import { openMembers } from "./read-members.js";
import { openSniffed } from "./read-record-file.js";
import type { ReadRequest } from "./read-request.js";
import { requirePossible } from "./read-wish.js";
import { archiveOf, compressionOf, HEAD_BYTES, isDatabase } from "./sniff-bytes.js";
import { contentOfName } from "./sniff-name.js";

/** The file or folder that holds an input, or the private file of one that came only once. */
export interface OriginalInput {
  readonly kind: "file" | "folder";
  readonly path: string;
  readonly name: string;
  /** For messages: its path, or where its bytes came from. */
  readonly place: string;
}

/** What an input turned out to be. */
export type OpenedInput = InputContent & { readonly original: OriginalInput };

type InputContent =
  | { readonly kind: "tables"; readonly tables: readonly RecordTable[] }
  | { readonly kind: "script"; readonly script: ScriptSource }
  /** A database file, for its engine to open; `place` says where it came from. */
  | { readonly kind: "database"; readonly path: string; readonly place: string };

/**
 * What a file, folder, archive or stream brings: a script, or tables, whose columns are known when it resolves; records are
 * read by whoever asks for them. IMPORT.* for what cannot be read, USAGE.INVALID for a hostile archive or flags that do not
 * fit.
 */
export async function openInput(request: ReadRequest): Promise<OpenedInput> {
  requirePossible(request);
  const { input } = request;
  if (input.kind === "stream") {
    const file = await spool(input.stream, await spoolPath(request), input.label);
    return await openNamed({ ...file, name: null }, request);
  }
  const { path } = input;
  const found = await stat(path).catch((error: unknown) => Promise.reject(unreadable(path, error)));
  if (isDatabaseOpen(path)) throw itself(path);
  if (found.isDirectory()) {
    if (request.format === "sql") throw noScript(path);
    const members = await listFolder(path, request.signal);
    const original = { kind: "folder", path, place: path, name: basename(path) } as const;
    return { ...ofTables(await openMembers({ place: path, members }, request)), original };
  }
  const name = basename(path);
  if (found.isFile()) return await openNamed({ path, sizeBytes: found.size, place: path, name }, request);
  // A pipe or a device gives its bytes once.
  const file = await spool(readStreamOf(path), await spoolPath(request), path);
  return await openNamed({ ...file, name }, request);
}

/** A file in which a name may have told what it holds; null when it has none. */
type NamedFile = StoredFile & { readonly name: string | null };

async function openNamed(file: NamedFile, request: ReadRequest): Promise<OpenedInput> {
  const { path, place, name } = file;
  const original = { kind: "file", path, place, name: name ?? "stdin" } as const;
  return { ...(await openFile(file, request)), original };
}

async function openFile(file: NamedFile, request: ReadRequest): Promise<InputContent> {
  const { place, sizeBytes } = file;
  const { signal, maxBytes, format } = request;
  const named = contentOfName(file.name ?? "");
  const stored = fileBytes(file, signal);
  const head = await headOf(stored, HEAD_BYTES);
  const compression = named.compression === "none" ? compressionOf(head) : named.compression;
  const source = decompressed(stored, compression, request);
  const archive = compression === "none" ? archiveOf(head) : archiveOf(await headOf(source, HEAD_BYTES));
  if (archive === "zip" && compression !== "none") throw nested(place);
  if (archive !== null && format === "sql") throw noScript(place);
  if (archive === "zip") {
    const members = await listZip({ source, sizeBytes, maxBytes, signal });
    return ofTables(await openMembers({ place, members }, request));
  }
  if (archive === "tar") return ofTables(await openMembers({ place, members: await listTar(source) }, request));
  if (named.archive !== null) throw noArchive(place, named.archive);
  const isUntold = format === "auto" && named.format === null;
  if (isUntold && isDatabase(compression === "none" ? head : await headOf(source, HEAD_BYTES))) {
    return { kind: "database", path: await plainPath(file, { source, compression }, request), place };
  }
  const isScript = format === "sql" || (format === "auto" && named.format === "sql");
  if (isScript) return { kind: "script", script: await openScript(source, named.format, request) };
  const name = file.name === null ? null : named.stem;
  return ofTables(await openSniffed(source, { format: named.format, name }, request));
}

async function spoolPath({ workDir }: ReadRequest): Promise<string> {
  return join(await workDir(), "input");
}

/** Where the file is as it is; what is compressed is unfolded there. RESOURCE.DISK_FULL. */
async function plainPath(
  file: NamedFile,
  { source, compression }: { readonly source: ByteSource; readonly compression: Compression },
  { workDir }: ReadRequest,
): Promise<string> {
  if (compression === "none") return file.path;
  async function* bytes(): AsyncIterable<Buffer> {
    for await (const chunk of source.open(0)) yield chunk.bytes;
  }
  const unfolded = join(await workDir(), "unfolded");
  return (await spool(Readable.from(bytes(), { objectMode: false }), unfolded, file.place)).path;
}

function ofTables(tables: readonly RecordTable[]): InputContent {
  return { kind: "tables", tables };
}

function itself(path: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `${path} cannot be imported into itself`,
    hint: "name another target",
  });
}

function noScript(place: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `${place} cannot be read as sql`,
    why: "a script is one file",
    hint: "name the script itself",
  });
}

function nested(place: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `${place} is refused`,
    why: "there is an archive within the compressed file",
    hint: "if you trust it, unpack it and import the archive or its files",
  });
}

function noArchive(place: string, kind: string): DbopsError {
  return new DbopsError("IMPORT.INPUT_INVALID", {
    message: `${place} is no ${kind} archive`,
    why: "its name says so, its bytes do not",
    hint: "get it again, or give it the name that it should have",
  });
}
