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
    this.#pieces.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes < this.#neededBytes) return;
    const block = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces, this.#heldBytes);
    const end = this.#read(block);
    const rest = block.subarray(end);
    this.#pieces = rest.length === 0 ? [] : [rest];
    this.#heldBytes = rest.length;
    this.#neededBytes = rest.length < HEADER_BYTES ? HEADER_BYTES : 1 + rest.readUInt32BE(1);
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
