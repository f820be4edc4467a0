import { PassThrough, type Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { TarArchive } from "archiver";

const BUFFER_BYTES = 1024 * 1024;

/** A folder's files as one tar stream, paths relative to it; the stream errors when one cannot be read. */
export function tarFolder(folder: string): Readable {
  const archive = new TarArchive();
  const output = new PassThrough({ highWaterMark: BUFFER_BYTES });
  archive.on("warning", (error) => output.destroy(error));
  archive.directory(folder, false);
  void pipeline(archive, output).catch((error: unknown) => {
    output.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  void archive.finalize();
  return output;
}
