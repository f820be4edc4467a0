import { type ByteChunk, type ByteSource, headOf } from "./read-bytes.js";
import { requireText } from "./read-record-file.js";
import type { InputFormat, ReadWish } from "./read-request.js";
import { encodingOfMark, textOf } from "./read-text.js";
import { HEAD_BYTES } from "./sniff-bytes.js";
import { sniffFormat } from "./sniff-format.js";

/** An SQL script that was found. */
export interface ScriptSource {
  /** For messages. */
  readonly place: string;
  /** What `consumed` of its chunks ends at; null when unknown. */
  readonly sizeBytes: number | null;
  /** It was in another encoding, and its chunks are UTF-8. */
  readonly isRecoded: boolean;
  /** From its beginning, each time it is called. IMPORT.*. */
  chunks(): AsyncIterable<ByteChunk>;
}

/** IMPORT.INPUT_INVALID for an empty or binary file, USAGE.INVALID for one whose name says that it is something else. */
export async function openScript(source: ByteSource, named: InputFormat | null, wish: ReadWish): Promise<ScriptSource> {
  const head = await headOf(source, HEAD_BYTES);
  const encoding = wish.encoding ?? encodingOfMark(head) ?? "utf-8";
  requireText(source.place, head, encoding);
  sniffFormat("", { place: source.place, wished: "sql", named });
  const { place, sizeBytes } = source;
  // Texts of SQLite may hold bytes that are no UTF-8, which only the database can judge.
  if (encoding === "utf-8") return { place, sizeBytes, isRecoded: false, chunks: () => source.open(0) };
  return { place, sizeBytes, isRecoded: true, chunks: () => recoded(textOf(source, encoding)) };
}

async function* recoded(text: ReturnType<typeof textOf>): AsyncIterable<ByteChunk> {
  for await (const { text: piece, consumed } of text) yield { bytes: Buffer.from(piece), consumed };
}
