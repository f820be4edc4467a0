import type { RecordBatch } from "../transfer/record-model.js";
import type { TextChunk } from "./read-text.js";

/** Turns text that arrives in pieces of any size into records. */
export interface RecordParser {
  /** Whether what is still to come does not matter. */
  readonly isComplete?: boolean;
  push(chunk: string): void;
  /** Says that all text has been given. */
  end(): void;
  /** Reads on until there is something to take, and says so; false when all that has arrived was read. IMPORT.SYNTAX. */
  scan(): boolean;
  /** What was read since the last time. */
  take(bytesRead: number): RecordBatch;
}

/** All records of a text. `finish` is asked once everything was read. */
export async function* batchesOf(
  chunks: AsyncIterable<TextChunk>,
  parser: RecordParser,
  finish: () => void = () => {},
): AsyncIterable<RecordBatch> {
  let bytesRead = 0;
  for await (const { text, consumed } of chunks) {
    bytesRead = consumed;
    parser.push(text);
    while (parser.scan()) yield parser.take(bytesRead);
    if (parser.isComplete === true) return;
  }
  parser.end();
  while (parser.scan()) yield parser.take(bytesRead);
  finish();
}
