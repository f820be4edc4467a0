import { DbopsError } from "../core/errors.js";
import type { ByteChunk, ByteSource } from "./read-bytes.js";

export interface SliceSpec {
  readonly place: string;
  readonly start: number;
  readonly sizeBytes: number;
}

/** A part of a source as a source of its own. IMPORT.INPUT_INVALID when the whole ends before it. */
export function sliceOf(whole: ByteSource, spec: SliceSpec): ByteSource {
  return { place: spec.place, sizeBytes: spec.sizeBytes, open: (fromByte) => readSlice(whole, spec, fromByte) };
}

async function* readSlice(
  whole: ByteSource,
  { place, start, sizeBytes }: SliceSpec,
  fromByte: number,
): AsyncIterable<ByteChunk> {
  let consumed = fromByte;
  if (consumed >= sizeBytes) return;
  for await (const { bytes } of whole.open(start + fromByte)) {
    const part = bytes.subarray(0, sizeBytes - consumed);
    consumed += part.length;
    yield { bytes: part, consumed };
    if (consumed === sizeBytes) return;
  }
  throw new DbopsError("IMPORT.INPUT_INVALID", {
    message: `${place} is cut short`,
    why: "the archive ends within it",
    hint: "get the archive again",
  });
}
