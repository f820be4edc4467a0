import { stat } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Archiver } from "archiver";
import { DbopsError, messageOf } from "../core/errors.js";
import { heldPromise } from "../core/held-promise.js";
import { readStreamOf } from "../system/files.js";

export interface ArchivedFiles {
  readonly folder: string;
  /** In the order in which they go into the archive. */
  readonly names: () => Promise<readonly string[]>;
}

const BUFFER_BYTES = 256 * 1024;
/** So that the same files always give the same bytes. */
const ENTRY = { mode: 0o600, date: new Date(0) } as const;

/** Files of a folder as one archive stream; it errors when one cannot be read or changes. BACKUP.DAMAGED. */
export function archiveFiles(kind: "tar" | "zip", files: ArchivedFiles): Readable {
  const output = new PassThrough({ highWaterMark: BUFFER_BYTES });
  fill(kind, files, output).catch((error: unknown) => {
    output.destroy(error instanceof Error ? error : new Error(messageOf(error)));
  });
  return output;
}

async function fill(kind: "tar" | "zip", { folder, names }: ArchivedFiles, output: PassThrough): Promise<void> {
  const { TarArchive, ZipArchive } = await import("archiver");
  const archive = kind === "tar" ? new TarArchive() : new ZipArchive({ forceZip64: false });
  // archiver cannot be stopped: its abort() and destroy() throw where nobody can catch. Whoever stops lets go of `output`; then
  // it gets no more files, the one that it reads is closed, and nothing is left of it but memory.
  const stopped = heldPromise(
    new Promise<never>((_resolve, reject) => {
      archive.on("error", reject).on("warning", reject);
      output.once("close", () => reject(new Error("the archive was not read to its end")));
    }),
  );
  archive.pipe(output);
  for (const name of await names()) await add(archive, { folder, name }, stopped);
  await Promise.race([archive.finalize(), stopped]);
}

async function add(
  archive: Archiver,
  { folder, name }: { readonly folder: string; readonly name: string },
  stopped: Promise<never>,
): Promise<void> {
  const path = join(folder, name);
  const stats = await stat(path);
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
