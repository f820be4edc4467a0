/** A piece of an input, and how far into the stored file it reaches. */
export interface ByteChunk {
  readonly bytes: Buffer;
  /** Bytes of the stored file consumed so far, for progress; less than what it unfolds to where it is compressed. */
  readonly consumed: number;
}

/** Bytes that can be read again and again. */
export interface ByteSource {
  /** For messages: a path, or a member of an archive. */
  readonly place: string;
  /** What `consumed` ends at; null when unknown. */
  readonly sizeBytes: number | null;
  /** From that byte of the content on. IMPORT.*, USAGE.INVALID. */
  open(fromByte: number): AsyncIterable<ByteChunk>;
}

/** The first bytes of a source; all of it when it is shorter. */
export async function headOf(source: ByteSource, length: number): Promise<Buffer> {
  return await readRange(source, 0, length);
}

/** Lets go of what comes before a byte of the content, for sources that can only be read from their beginning. */
export async function* skipBytes(chunks: AsyncIterable<ByteChunk>, count: number): AsyncIterable<ByteChunk> {
  let left = count;
  for await (const chunk of chunks) {
    if (left === 0) yield chunk;
    else if (left < chunk.bytes.length) {
      yield { ...chunk, bytes: chunk.bytes.subarray(left) };
      left = 0;
    } else left -= chunk.bytes.length;
  }
}

/** A part of a source, which may be shorter where the source ends. */
export async function readRange(source: ByteSource, start: number, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  if (length <= 0) return Buffer.alloc(0);
  for await (const { bytes } of source.open(start)) {
    chunks.push(bytes);
    total += bytes.length;
    if (total >= length) break;
  }
  return Buffer.concat(chunks).subarray(0, length);
}
