import type { CopyColumn, CopyEvent, CopyRows } from "../../drivers/copy-rows-model.js";
import { type RowDigest, rowHash } from "./row-hash.js";
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
  for await (const event of events) {
    signal.throwIfAborted();
    if (event.kind === "rows") hash.add(values === null ? event : inValues(event, values));
  }
  return hash.digest();
}

function inValues(rows: CopyRows, columns: readonly CopyColumn[]): CopyRows {
  const { buffer, byteOffset, length } = rows.bytes;
  const texts = Buffer.from(buffer, byteOffset, length).toString("latin1").slice(0, -1).split("\n");
  const values = texts.map((row) => `${rowValue(row, columns)}\n`).join("");
  return { ...rows, bytes: Buffer.from(values, "utf8") };
}
