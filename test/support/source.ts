import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { RestoreSource } from "#dbops/drivers/restore-model.js";
import type { Snapshot } from "#dbops/drivers/snapshot-model.js";

export interface KeptSnapshot {
  readonly source: RestoreSource;
  readonly parts: ReadonlyMap<string, Buffer>;
}

/** Reads all parts of a snapshot into memory, as something that can be restored. */
export async function keepSnapshot(snapshot: Snapshot): Promise<KeptSnapshot> {
  const parts = new Map<string, Buffer>();
  for (const part of snapshot.parts) {
    const production = await part.produce();
    parts.set(part.kind, await buffer(production.stream));
    await production.ended;
  }
  const main = parts.get("main") ?? Buffer.alloc(0);
  return { parts, source: sourceOf(snapshot.parts[0]?.extension ?? "", main, parts) };
}

/** Bytes as something that can be restored. */
export function sourceOf(kind: string, main: Buffer, parts: ReadonlyMap<string, Buffer> = new Map()): RestoreSource {
  return {
    kind,
    rawBytes: main.length,
    serverVersion: null,
    databaseName: null,
    openMain: async () => Readable.from(chunksOf(main)),
    readPart: async (part) => parts.get(part)?.toString("utf8") ?? null,
  };
}

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += 65_536) yield bytes.subarray(start, start + 65_536);
}
