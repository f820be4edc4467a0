import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { TarArchive } from "archiver";
import { DbopsError, messageOf } from "../core/errors.js";
import { heldPromise } from "../core/held-promise.js";
import { readStreamOf } from "../system/files.js";

const BUFFER_BYTES = 256 * 1024;
const LONGEST_NAME_BYTES = 100;
/** So that the same files always give the same bytes. */
const ENTRY = { mode: 0o600, date: new Date(0) } as const;

/** The regular files of a folder as one tar stream; it errors when one cannot be read or changes. USAGE.INVALID, BACKUP.DAMAGED. */
export function tarFolder(folder: string): Readable {
  const output = new PassThrough({ highWaterMark: BUFFER_BYTES });
  fill(folder, output).catch((error: unknown) => {
    output.destroy(error instanceof Error ? error : new Error(messageOf(error)));
  });
  return output;
}

async function fill(folder: string, output: PassThrough): Promise<void> {
  const { TarArchive: Archive } = await import("archiver");
  const archive = new Archive();
  // archiver cannot be stopped: its abort() and destroy() throw where nobody can catch. Whoever stops lets go of `output`; then
  // it gets no more files, the one that it reads is closed, and nothing is left of it but memory.
  const stopped = heldPromise(
    new Promise<never>((_resolve, reject) => {
      archive.on("error", reject).on("warning", reject);
      output.once("close", () => reject(new Error("the archive was not read to its end")));
    }),
  );
  archive.pipe(output);
  // Backwards, so that a table of contents (toc.dat) comes before the tables, whose names are numbers.
  for (const name of (await readdir(folder)).sort().reverse()) await add(archive, { folder, name }, stopped);
  await Promise.race([archive.finalize(), stopped]);
}

async function add(
  archive: TarArchive,
  { folder, name }: { readonly folder: string; readonly name: string },
  stopped: Promise<never>,
): Promise<void> {
  const path = join(folder, name);
  const stats = await stat(path);
  if (!stats.isFile() || Buffer.byteLength(name) > LONGEST_NAME_BYTES) throw strange(path);
  const content = measured(path, stats.size);
  const read = heldPromise(pipeline(readStreamOf(path), content));
  const added = new Promise<void>((resolve) => archive.once("entry", () => resolve()));
  try {
    archive.append(content, { ...ENTRY, name, stats });
    await Promise.race([read.then(() => added), stopped]);
  } finally {
    content.destroy();
  }
}

/** Lets exactly as many bytes pass as the entry says: another number is an error that archiver throws where nobody can catch. */
function measured(path: string, sizeBytes: number): Transform {
  let left = sizeBytes;
  const changed = (): DbopsError =>
    new DbopsError("BACKUP.DAMAGED", { message: `${path} has changed while it was read` });
  return new Transform({
    highWaterMark: BUFFER_BYTES,
    transform(chunk: Buffer, _encoding, done) {
      left -= chunk.length;
      if (left < 0) done(changed());
      else done(null, chunk);
    },
    flush: (done) => done(left === 0 ? null : changed()),
  });
}

function strange(path: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `${path} does not belong into a dump`,
    why: "a folder made by a parallel dump holds only plain files",
    hint: "name the folder that has toc.dat in it",
  });
}
