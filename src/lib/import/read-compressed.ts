import { Readable } from "node:stream";
import type { Compression } from "../codec/choose-compression.js";
import { openDecompressor } from "../codec/decompress.js";
import { connect } from "../codec/pipeline.js";
import type { Environment } from "../core/environment.js";
import { DbopsError } from "../core/errors.js";
import type { ChildRegistry } from "../system/child-registry.js";
import { type ByteChunk, type ByteSource, skipBytes } from "./read-bytes.js";
import { limited } from "./read-limits.js";

export interface DecompressServices {
  readonly maxBytes: number;
  readonly signal: AbortSignal;
  readonly children: ChildRegistry;
  readonly env: Environment;
}

/** What a compressed source unfolds to, within the limits. IMPORT.INPUT_INVALID when it cannot be read to its end. */
export function decompressed(source: ByteSource, kind: Compression, services: DecompressServices): ByteSource {
  if (kind === "none") return source;
  const open = (fromByte: number) => skipBytes(unfold(source, kind, services), fromByte);
  return limited({ ...source, open }, services.maxBytes);
}

async function* unfold(source: ByteSource, kind: Compression, services: DecompressServices): AsyncIterable<ByteChunk> {
  let consumed = 0;
  async function* stored(): AsyncIterable<Buffer> {
    for await (const chunk of source.open(0)) {
      consumed = chunk.consumed;
      yield chunk.bytes;
    }
  }
  const stage = await openDecompressor(kind, services);
  const { output, ended } = connect(Readable.from(stored(), { objectMode: false }), [stage], services.signal);
  try {
    const chunks: AsyncIterable<Buffer> = output;
    for await (const bytes of chunks) yield { bytes, consumed };
    await ended;
  } catch (error) {
    throw error instanceof DbopsError && error.code === "BACKUP.DAMAGED" ? cutShort(source.place, error) : error;
  }
}

function cutShort(place: string, error: DbopsError): DbopsError {
  return new DbopsError("IMPORT.INPUT_INVALID", {
    message: `${place} cannot be unpacked to its end`,
    why: error.why ?? error.message,
    hint: "it is damaged or was cut short: get it again",
    cause: error,
  });
}
