import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { DbopsError } from "../../lib/core/errors.js";
import type { RestoreSource } from "../restore-model.js";
import { type ArchiveToc, parseToc } from "./archive-toc.js";
import { majorOf } from "./load-archive.js";
import type { LoadPlace } from "./load-place.js";
import { runRestore } from "./run-restore.js";
import { extractTar, readTar } from "./tar-reader.js";

const TOC_FILE = "toc.dat";

/** Unpacks a directory dump into the work folder and loads it by pg_restore's own jobs. */
export async function loadDirectory(source: RestoreSource, place: LoadPlace): Promise<void> {
  const folder = join(await place.context.workDir(), `pgdir-${place.context.ids.hex(6)}`);
  try {
    await extractTar(await source.openMain(), folder);
    const toc = tocOf(await readFile(join(folder, TOC_FILE)).catch(() => null));
    const tool = await place.tools.find("pg_restore", majorOf(toc.dumpVersion));
    await runRestore(place, { tool, args: ["--format=directory", `--jobs=${Math.max(1, place.jobs)}`, folder] });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The head of a packed directory dump: its table of contents is a file of its own. BACKUP.DAMAGED. */
export async function readDirectoryHead(
  source: Pick<RestoreSource, "openMain">,
): Promise<{ toc: ArchiveToc; bytes: Buffer }> {
  const stream = await source.openMain();
  try {
    for await (const file of readTar(stream)) {
      const parts: Buffer[] = [];
      for await (const part of file.content) if (file.name === TOC_FILE) parts.push(part);
      if (file.name !== TOC_FILE) continue;
      const bytes = Buffer.concat(parts);
      return { toc: tocOf(bytes), bytes };
    }
    throw withoutToc();
  } finally {
    stream.destroy();
  }
}

function tocOf(bytes: Buffer | null): ArchiveToc {
  const toc = bytes === null ? null : parseToc(bytes);
  if (toc === null || toc.entries.length === 0) throw withoutToc();
  return toc;
}

function withoutToc(): DbopsError {
  return new DbopsError("BACKUP.DAMAGED", {
    message: "the directory dump has no readable table of contents",
    why: `${TOC_FILE} is missing from it, cut short or empty`,
  });
}
