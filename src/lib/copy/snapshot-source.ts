import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { DriverContext } from "../../drivers/driver.js";
import type { RestoreSource } from "../../drivers/restore-model.js";
import type { Snapshot, SnapshotPart } from "../../drivers/snapshot-model.js";
import { formatBytes } from "../core/units.js";
import { diskFullError, readStreamOf, writeStreamTo } from "../system/files.js";

/** A snapshot as something that can be loaded: as a private file, for it is read more than once. RESOURCE.DISK_FULL. */
export async function snapshotSource(snapshot: Snapshot, context: DriverContext): Promise<RestoreSource> {
  const [main] = snapshot.parts;
  if (main === undefined) throw new Error("a snapshot has no part");
  const { path, bytes } = main.file ?? (await store(main, context));
  return {
    kind: main.extension,
    rawBytes: bytes,
    serverVersion: snapshot.origin.serverVersion,
    databaseName: null,
    openMain: async () => readStreamOf(path),
    readPart: async () => null,
  };
}

async function store(
  part: SnapshotPart,
  context: DriverContext,
): Promise<{ readonly path: string; readonly bytes: number }> {
  const folder = await context.workDir();
  const path = join(folder, `copy.${part.extension}`);
  const phase = context.progress.phase("reading the source", {
    unit: "bytes",
    total: part.estimatedBytes ?? undefined,
  });
  const { stream, ended } = await part.produce();
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    phase.advance(chunk.length);
  });
  try {
    await pipeline(stream, writeStreamTo(path), { signal: context.signal });
  } catch (error) {
    throw diskFullError(error, folder) ?? error;
  }
  await ended;
  phase.done(formatBytes(bytes));
  return { path, bytes };
}
