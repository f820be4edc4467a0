import { mkdir, readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import type { DriverContext } from "../../drivers/driver.js";
import { basicTime } from "../core/clock.js";
import { readStreamOf } from "../system/files.js";
import { requireWritable, writingOutput } from "../system/output-file.js";
import { requireNothingAt, writeOutputStream } from "../system/output-stream.js";
import type { OriginalInput } from "./read-input.js";
import { contentOfName } from "./sniff-name.js";

/** A copy of an input's file that is kept. */
export interface KeptFile {
  readonly file: string;
  readonly path: string;
  readonly bytes: number;
  /** SHA-256 in lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** The files of an input as they were when it was opened. */
export interface SourceFiles {
  readonly original: OriginalInput;
  readonly files: readonly SourceFile[];
}

interface SourceFile {
  readonly path: string;
  /** For messages. */
  readonly place: string;
  readonly name: string;
  /** Changes when the file does. */
  readonly mark: string;
}

/** Before anything is loaded: OUTPUT.UNWRITABLE when nothing can be made in the folder. */
export async function requireKeepPlace(folder: string): Promise<void> {
  await requireWritable(join(folder, "kept"));
}

/** Notes which files an input consists of, and what they are like. */
export async function sourceFiles(original: OriginalInput): Promise<SourceFiles> {
  const { kind, path, place, name } = original;
  if (kind === "file") return { original, files: [{ path, place, name, mark: await markOf(path) }] };
  const files: SourceFile[] = [];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    const inner = join(path, entry.name);
    if (entry.isFile()) files.push({ path: inner, place: inner, name: entry.name, mark: await markOf(inner) });
  }
  return { original, files };
}

/**
 * Copies the files under names that carry the time, several into a folder; nothing is written over. A file that is another
 * one by now is copied with a warning. OUTPUT.*, RESOURCE.DISK_FULL.
 */
export async function keepSource(
  { original, files }: SourceFiles,
  folder: string,
  { clock, ids, run, signal, progress }: DriverContext,
): Promise<readonly KeptFile[]> {
  const stamp = `${basicTime(clock.now())}_${ids.hex(6)}`;
  const isFolder = original.kind === "folder";
  const inner = isFolder ? join(folder, `${original.name}_${stamp}`) : folder;
  if (isFolder) await writingOutput(inner, () => mkdir(inner, { mode: 0o700 }));
  const kept: KeptFile[] = [];
  for (const { path: from, place: file, name, mark } of files) {
    const path = join(inner, isFolder ? name : stamped(name, stamp));
    await requireNothingAt(path, false);
    const written = await writeOutputStream(path, readStreamOf(from), { run, signal });
    if ((await markOf(from)) !== mark)
      progress.warn(`${file} has changed since it was read: the copy is not what was imported`);
    kept.push({ file, path, ...written });
  }
  return kept;
}

/** Before the ending, which says what the file is. */
function stamped(name: string, stamp: string): string {
  const { stem } = contentOfName(name);
  const end = stem === name ? name.length - extname(name).length : stem.length;
  return `${name.slice(0, end)}_${stamp}${name.slice(end)}`;
}

async function markOf(path: string): Promise<string> {
  const { ino, size, mtimeMs } = await stat(path);
  return `${ino} ${size} ${mtimeMs}`;
}
