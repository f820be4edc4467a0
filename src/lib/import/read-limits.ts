import { DbopsError } from "../core/errors.js";
import { formatBytes } from "../core/units.js";
import type { ByteChunk, ByteSource } from "./read-bytes.js";

const MOST_RATIO = 100;
/** Below that much output any ratio is harmless. */
const RATIO_COUNTS_FROM = 100_000_000;

/** The same bytes, refused where they unfold to too much: more than `maxBytes`, or a hundred times what they came from. */
export function limited(source: ByteSource, maxBytes: number): ByteSource {
  return { ...source, open: (fromByte) => counted(source, { fromByte, maxBytes }) };
}

interface Limits {
  readonly fromByte: number;
  readonly maxBytes: number;
}

async function* counted(source: ByteSource, { fromByte, maxBytes }: Limits): AsyncIterable<ByteChunk> {
  let produced = fromByte;
  for await (const chunk of source.open(fromByte)) {
    produced += chunk.bytes.length;
    if (produced > maxBytes) throw tooLarge(source.place, maxBytes);
    if (produced > RATIO_COUNTS_FROM && produced > chunk.consumed * MOST_RATIO) throw tooDense(source.place);
    yield chunk;
  }
}

/** USAGE.INVALID for what unfolds to more than the user allows. */
export function tooLarge(place: string, maxBytes: number): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `${place} unfolds to more than ${formatBytes(maxBytes)}`,
    why: "that is the most that a compressed file or an archive may bring",
    hint: "if it is meant to be so large, say so with --max-size",
  });
}

function tooDense(place: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `${place} unfolds to more than ${MOST_RATIO} times its size`,
    why: `beyond ${formatBytes(RATIO_COUNTS_FROM)} that is taken for an attack`,
    hint: "if you trust it, unpack it first and import the file",
  });
}
