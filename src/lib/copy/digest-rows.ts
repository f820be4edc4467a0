import type { CopyColumn, CopyEvent, CopyRows } from "../../drivers/copy-rows-model.js";
import { type RowDigest, rowHash } from "./row-hash.js";
import { rowTexts } from "./row-texts.js";
import { rowValue } from "./row-value.js";

export interface DigestOptions {
  readonly proof: "order" | "bag";
  /** Of what rows say as values of these, rather than of their bytes; null = bytes. */
  readonly values: readonly CopyColumn[] | null;
  readonly signal: AbortSignal;
  /** Told of rows that have passed. */
  readonly advance?: ((rows: number) => void) | undefined;
}

/** Reads rows to their end. */
export async function digestRows(events: AsyncIterable<CopyEvent>, options: DigestOptions): Promise<RowDigest> {
  const { proof, values, signal, advance } = options;
  const hash = rowHash(proof);
  for await (const rows of values === null ? onlyRows(events) : inValues(rowTexts(events), values)) {
    signal.throwIfAborted();
    hash.add(rows);
    advance?.(rows.rows);
  }
  return hash.digest();
}

async function* onlyRows(events: AsyncIterable<CopyEvent>): AsyncGenerator<CopyRows> {
  for await (const event of events) if (event.kind === "rows") yield event;
}

async function* inValues(
  batches: AsyncIterable<readonly string[]>,
  columns: readonly CopyColumn[],
): AsyncGenerator<CopyRows> {
  for await (const rows of batches) {
    const text = rows.map((row) => `${rowValue(row, columns)}\n`).join("");
    yield { kind: "rows", bytes: Buffer.from(text), rows: rows.length, lastKey: null };
  }
}
