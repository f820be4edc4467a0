import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { RestoreSource } from "#dbops/drivers/restore-model.js";
import type { Snapshot, SnapshotRequest } from "#dbops/drivers/snapshot-model.js";

/** A request for everything, with hashes. */
export function wholeSnapshot(workDir: string, changes: Partial<SnapshotRequest> = {}): SnapshotRequest {
  return {
    fingerprint: "hash",
    isCompact: false,
    tables: [],
    excludeTables: [],
    format: null,
    jobs: 1,
    passThrough: [],
    workDir,
    ...changes,
  };
}

/** The main part's bytes, after its producer has said that they are all. */
export async function mainBytes(snapshot: Snapshot): Promise<Buffer> {
  const [main] = snapshot.parts;
  if (main?.kind !== "main") throw new Error("the main part must be the first");
  const { stream, ended } = await main.produce();
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  const bytes = Buffer.concat(chunks);
  const delivered = (await ended).bytes;
  if (delivered !== null && delivered !== bytes.length)
    throw new Error(`${delivered} bytes said, ${bytes.length} seen`);
  return bytes;
}

export async function saveMain(snapshot: Snapshot, path: string): Promise<void> {
  const [main] = snapshot.parts;
  if (main === undefined) throw new Error("the snapshot has no part");
  const { stream, ended } = await main.produce();
  await pipeline(stream, createWriteStream(path));
  await ended;
}

/** Bytes as a backup that can be restored. */
export function sourceOf(kind: string, bytes: Buffer): RestoreSource {
  return {
    kind,
    rawBytes: bytes.length,
    serverVersion: null,
    databaseName: null,
    openMain: async () => Readable.from(chunksOf(bytes)),
    readPart: async () => null,
  };
}

function* chunksOf(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
