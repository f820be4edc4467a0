import { mkdir, rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createGzip } from "node:zlib";
import { archiveFiles } from "../codec/archive-files.js";
import { connect } from "../codec/pipeline.js";
import { transformStage } from "../codec/transform-stage.js";
import { writingOutput } from "../system/output-file.js";
import { partialName, writeOutputStream } from "../system/output-stream.js";
import type { HashedBytes } from "../system/write-hashed.js";
import type { ExportJob } from "./export-job.js";
import type { FolderFormat } from "./output-form.js";
import { fillFolder, type WrittenFolder } from "./write-folder.js";

export interface ArchiveOptions {
  readonly format: FolderFormat;
  readonly container: "zip" | "tar.gz";
}

export interface WrittenArchive extends WrittenFolder, HashedBytes {}

/**
 * Writes the folder of an export as one file. The files are made beside it first, because an archive names the size of a
 * member before its bytes: for a while both take room there.
 */
export async function writeArchive(path: string, job: ExportJob, options: ArchiveOptions): Promise<WrittenArchive> {
  const { run, driverContext } = job.services;
  const folder = `${partialName(path, run)}.d`;
  await writingOutput(folder, () => mkdir(folder, { mode: 0o700 }));
  try {
    const filled = await fillFolder(folder, job, { format: options.format, compression: "none" });
    const phase = driverContext.progress.phase("packing");
    const packed = archive(options.container, { folder, names: async () => filled.files }, driverContext.signal);
    const file = await writeOutputStream(path, packed, { run, signal: driverContext.signal });
    phase.done();
    return { ...filled, ...file };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function archive(
  container: ArchiveOptions["container"],
  files: Parameters<typeof archiveFiles>[1],
  signal: AbortSignal,
): Readable {
  if (container === "zip") return archiveFiles("zip", files);
  return connect(archiveFiles("tar", files), [transformStage(createGzip())], signal).output;
}
