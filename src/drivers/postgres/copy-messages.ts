/** Where rows lie in a block: start and end of each, in turn. */
export type RowSpans = readonly number[];

export interface CopyListener {
  /** Whole rows of a COPY, each ended as the server ends it. The block may be changed within the spans' outer bounds. */
  rows(block: Buffer, spans: RowSpans): void;
  /** Any other message, whole. */
  other(message: Buffer): void;
}

const HEADER_BYTES = 5;
const COPY_DATA = 0x64;

/**
 * Takes a server's bytes apart into messages (https://www.postgresql.org/docs/current/protocol-message-formats.html): a
 * CopyData of a server is always one row. A row that is not whole yet is kept, so memory holds the largest row once.
 */
export class CopyMessages {
  readonly #listener: CopyListener;
  #pieces: Buffer[] = [];
  #heldBytes = 0;
  #neededBytes = HEADER_BYTES;

  constructor(listener: CopyListener) {
    this.#listener = listener;
  }

  push(chunk: Buffer): void {
    const block = this.#heldBytes === 0 ? chunk : this.#completeHeld(chunk);
    const end = this.#read(block);
    if (end < block.length) this.#hold(block.subarray(end));
  }

  /** Hands on the message that began in earlier chunks if it ends in this one, and gives what follows it. Nothing else is copied. */
  #completeHeld(chunk: Buffer): Buffer {
    const header = Math.min(chunk.length, Math.max(0, HEADER_BYTES - this.#heldBytes));
    this.#hold(chunk.subarray(0, header));
    const end = Math.min(chunk.length, header + this.#neededBytes - this.#heldBytes);
    this.#hold(chunk.subarray(header, end));
    if (this.#heldBytes === this.#neededBytes) {
      const message = Buffer.concat(this.#pieces, this.#heldBytes);
      this.#pieces = [];
      this.#heldBytes = 0;
      this.#neededBytes = HEADER_BYTES;
      this.#read(message);
    }
    return chunk.subarray(end);
  }

  /** Keeps bytes of a message that is not whole; once its header is, it says how many are needed. */
  #hold(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#neededBytes > HEADER_BYTES || this.#heldBytes < HEADER_BYTES) return;
    const header = this.#pieces.length === 1 ? bytes : Buffer.concat(this.#pieces, this.#heldBytes);
    this.#pieces = [header];
    this.#neededBytes = 1 + header.readUInt32BE(1);
  }

  /** Hands on all whole messages and says where they end. */
  #read(block: Buffer): number {
    let spans: number[] = [];
    let position = 0;
    while (position + HEADER_BYTES <= block.length) {
      const end = position + 1 + block.readUInt32BE(position + 1);
      if (end > block.length) break;
      if (block[position] === COPY_DATA) spans.push(position + HEADER_BYTES, end);
      else {
        if (spans.length > 0) this.#listener.rows(block, spans);
        spans = [];
        this.#listener.other(block.subarray(position, end));
      }
      position = end;
    }
    if (spans.length > 0) this.#listener.rows(block, spans);
    return position;
  }
}
