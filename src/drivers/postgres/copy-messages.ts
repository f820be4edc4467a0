/** Where rows lie in a block: start and end of each, in turn. */
export type RowSpans = readonly number[];

export interface CopyListener {
  /** Whole rows of a COPY, each ended as the server ends it. The block may be changed within the spans' outer bounds. */
  rows(block: Buffer, spans: RowSpans): void;
  /** A piece of a large row; without it those come whole too. */
  part?(bytes: Buffer, isLast: boolean): void;
  /** Any other message, whole. */
  other(message: Buffer): void;
}

const HEADER_BYTES = 5;
const COPY_DATA = 0x64;
/** Rows above this come in parts to who takes them so. */
const WHOLE_BYTES = 8 * 1024 * 1024;

/**
 * Takes a server's bytes apart into messages (https://www.postgresql.org/docs/current/protocol-message-formats.html): a
 * CopyData of a server is always one row. A row that is not whole yet is kept, unless it is large and wanted in parts.
 */
export class CopyMessages {
  readonly #listener: CopyListener;
  #pieces: Buffer[] = [];
  #heldBytes = 0;
  #neededBytes = HEADER_BYTES;
  /** What is still to come of a row that is handed on in parts. */
  #partBytes = 0;

  constructor(listener: CopyListener) {
    this.#listener = listener;
  }

  push(chunk: Buffer): void {
    const rest = this.#handOn(chunk);
    const block = this.#heldBytes === 0 ? rest : this.#completeHeld(rest);
    const begun = block.subarray(this.#read(block));
    if (begun.length < HEADER_BYTES || !this.#comesInParts(begun[0], 1 + begun.readUInt32BE(1))) this.#hold(begun);
    else this.#beginParts(1 + begun.readUInt32BE(1), begun.subarray(HEADER_BYTES));
  }

  /** Hands on the message that began in earlier chunks if it ends in this one, and gives what follows it. Nothing else is copied. */
  #completeHeld(chunk: Buffer): Buffer {
    const header = Math.min(chunk.length, Math.max(0, HEADER_BYTES - this.#heldBytes));
    this.#hold(chunk.subarray(0, header));
    if (this.#heldBytes === HEADER_BYTES && this.#comesInParts(this.#pieces[0]?.[0], this.#neededBytes)) {
      const bytes = this.#neededBytes;
      this.#release();
      return this.#beginParts(bytes, chunk.subarray(header));
    }
    const end = Math.min(chunk.length, header + this.#neededBytes - this.#heldBytes);
    this.#hold(chunk.subarray(header, end));
    if (this.#heldBytes === this.#neededBytes) {
      const message = Buffer.concat(this.#pieces, this.#heldBytes);
      this.#release();
      this.#read(message);
    }
    return chunk.subarray(end);
  }

  #release(): void {
    this.#pieces = [];
    this.#heldBytes = 0;
    this.#neededBytes = HEADER_BYTES;
  }

  #comesInParts(type: number | undefined, bytes: number): boolean {
    return type === COPY_DATA && bytes > WHOLE_BYTES && this.#listener.part !== undefined;
  }

  /** Of a message of so many bytes, its header among them. */
  #beginParts(bytes: number, chunk: Buffer): Buffer {
    this.#partBytes = bytes - HEADER_BYTES;
    return this.#handOn(chunk);
  }

  /** Passes what a chunk has of the row that is on its way, and gives what follows it. */
  #handOn(chunk: Buffer): Buffer {
    const piece = chunk.subarray(0, this.#partBytes);
    if (piece.length === 0) return chunk;
    this.#partBytes -= piece.length;
    this.#listener.part?.(piece, this.#partBytes === 0);
    return chunk.subarray(piece.length);
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
