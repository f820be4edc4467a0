import { Readable } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { connect } from "../codec/pipeline.js";
import { transformStage } from "../codec/transform-stage.js";
import { DbopsError, foreignCode, messageOf } from "../core/errors.js";
import { sliceOf } from "./archive-slice.js";
import type { ZipEntry } from "./archive-zip-directory.js";
import { type ByteChunk, type ByteSource, readRange, skipBytes } from "./read-bytes.js";

const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const STORED = 0;
const DEFLATE = 8;
const CHUNK_BYTES = 256 * 1024;

type PlacedEntry = ZipEntry & { readonly place: string };

/** The content of an entry, checked against its size and CRC. IMPORT.INPUT_INVALID, UNSUPPORTED.FORMAT_VERSION. */
export function zipContent(zip: ByteSource, entry: PlacedEntry, signal: AbortSignal): ByteSource {
  const open = (fromByte: number) => skipBytes(checked(unfold(zip, entry, signal), entry), fromByte);
  return { place: entry.place, sizeBytes: entry.storedBytes, open };
}

async function* unfold(zip: ByteSource, entry: PlacedEntry, signal: AbortSignal): AsyncIterable<ByteChunk> {
  const header = await readRange(zip, entry.start, LOCAL_BYTES);
  if (header.length < LOCAL_BYTES || header.readUInt32LE(0) !== LOCAL_SIGNATURE) {
    throw damaged(entry.place, "it is not where the archive's directory says");
  }
  const start = entry.start + LOCAL_BYTES + header.readUInt16LE(26) + header.readUInt16LE(28);
  const stored = sliceOf(zip, { place: entry.place, start, sizeBytes: entry.storedBytes });
  if (entry.method === STORED) yield* stored.open(0);
  else if (entry.method === DEFLATE) yield* inflated(stored, signal);
  else throw unknownMethod(entry);
}

async function* inflated(stored: ByteSource, signal: AbortSignal): AsyncIterable<ByteChunk> {
  let consumed = 0;
  async function* bytesOf(): AsyncIterable<Buffer> {
    for await (const chunk of stored.open(0)) {
      consumed = chunk.consumed;
      yield chunk.bytes;
    }
  }
  const stage = transformStage(createInflateRaw({ chunkSize: CHUNK_BYTES }), (thrown) =>
    foreignCode(thrown)?.startsWith("Z") ? damaged(stored.place, messageOf(thrown)) : thrown,
  );
  const { output, ended } = connect(Readable.from(bytesOf(), { objectMode: false }), [stage], signal);
  const chunks: AsyncIterable<Buffer> = output;
  for await (const bytes of chunks) yield { bytes, consumed };
  await ended;
}

async function* checked(chunks: AsyncIterable<ByteChunk>, entry: PlacedEntry): AsyncIterable<ByteChunk> {
  let sum = 0;
  let produced = 0;
  for await (const chunk of chunks) {
    sum = crc32(chunk.bytes, sum);
    produced += chunk.bytes.length;
    if (produced > entry.sizeBytes) throw damaged(entry.place, "it is longer than the archive's directory says");
    yield chunk;
  }
  if (produced !== entry.sizeBytes) throw damaged(entry.place, "it is shorter than the archive's directory says");
  if (sum !== entry.crc32) throw damaged(entry.place, "its checksum (CRC-32) is wrong");
}

function damaged(place: string, why: string): DbopsError {
  return new DbopsError("IMPORT.INPUT_INVALID", {
    message: `${place} cannot be read to its end`,
    why,
    hint: "the archive is damaged: get it again",
  });
}

function unknownMethod({ place, method }: PlacedEntry): DbopsError {
  return new DbopsError("UNSUPPORTED.FORMAT_VERSION", {
    message: `${place} is compressed in a way that dbops does not read`,
    why: `its method has the number ${method}; stored (0) and deflate (8) are read`,
    hint: "unpack the archive and import the folder",
  });
}
