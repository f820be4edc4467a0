import type { CopyColumn, CopyEvent } from "../../drivers/copy-rows-model.js";
import { type RowDigest, type RowHash, rowHash } from "./row-hash.js";
import { rowTexts } from "./row-texts.js";
import { rowValue } from "./row-value.js";

export interface DigestOptions {
  readonly proof: "order" | "bag";
  /** Of what rows say as values of these, rather than of their bytes; null = bytes. */
  readonly values: readonly CopyColumn[] | null;
  readonly signal: AbortSignal;
}

/** Reads rows to their end. */
export async function digestRows(
  events: AsyncIterable<CopyEvent>,
  { proof, values, signal }: DigestOptions,
): Promise<RowDigest> {
  const hash = rowHash(proof);
  if (values === null) await addBytes(events, hash, signal);
  else await addValues(rowTexts(events), values, { hash, signal });
  return hash.digest();
}

async function addBytes(events: AsyncIterable<CopyEvent>, hash: RowHash, signal: AbortSignal): Promise<void> {
  for await (const event of events) {
    signal.throwIfAborted();
    if (event.kind === "rows") hash.add(event);
  }
}

async function addValues(
  batches: AsyncIterable<readonly string[]>,
  columns: readonly CopyColumn[],
  { hash, signal }: { readonly hash: RowHash; readonly signal: AbortSignal },
): Promise<void> {
  for await (const rows of batches) {
    signal.throwIfAborted();
    const text = rows.map((row) => `${rowValue(row, columns)}\n`).join("");
    hash.add({ kind: "rows", bytes: Buffer.from(text), rows: rows.length, lastKey: null });
  }
}
