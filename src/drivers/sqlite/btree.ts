import { damagedPage, type PageFile } from "./page-file.js";

/** What a walk meets: bytes that are only valid during the call. */
export interface CellSink {
  /** One entry begins: a row of a table, or a key of an index or of a table without rowid. */
  begin(): void;
  /** A piece of it as it is stored: payload length, rowid where there is one, record. */
  take(bytes: Buffer, start: number, end: number): void;
}

const INTERIOR_INDEX = 2;
const INTERIOR_TABLE = 5;
const LEAF_INDEX = 10;
const LEAF_TABLE = 13;
/** SQLite itself goes no deeper (BTCURSOR_MAX_DEPTH). */
const MOST_LEVELS = 20;
const FILE_HEADER_BYTES = 100;

/**
 * Walks a b-tree in the order of its keys. What an entry consists of does not depend on where it lies: neither free
 * space nor page numbers nor the page size show. DB.DAMAGED. https://www.sqlite.org/fileformat2.html#b_tree_pages
 */
export class BtreeWalk {
  readonly #file: PageFile;
  readonly #sink: CellSink;
  readonly #levels: Buffer[] = [];
  readonly #overflow: Buffer;
  #visited = 0;

  constructor(file: PageFile, sink: CellSink) {
    this.#file = file;
    this.#sink = sink;
    this.#overflow = Buffer.allocUnsafeSlow(file.pageSize);
  }

  walk(root: number): void {
    this.#visited = 0;
    this.#visit(root, 0);
  }

  #visit(number: number, level: number): void {
    this.#visited += 1;
    if (level === MOST_LEVELS || this.#visited > this.#file.pageCount) throw damagedPage(number, "its tree has a loop");
    const page = this.#pageOf(level);
    this.#file.read(number, page);
    const header = number === 1 ? FILE_HEADER_BYTES : 0;
    const type = page[header] ?? 0;
    const cells = page.readUInt16BE(header + 3);
    const isLeaf = type === LEAF_TABLE || type === LEAF_INDEX;
    if (!isLeaf && type !== INTERIOR_TABLE && type !== INTERIOR_INDEX) throw damagedPage(number, "it is of no tree");
    const pointers = header + (isLeaf ? 8 : 12);
    if (pointers + 2 * cells > this.#file.usableSize) throw damagedPage(number, `${cells} cells do not fit in it`);
    for (let cell = 0; cell < cells; cell += 1) {
      const at = page.readUInt16BE(pointers + 2 * cell);
      if (at + 4 > this.#file.usableSize) throw damagedPage(number, "a cell lies outside of it");
      if (!isLeaf) this.#visit(page.readUInt32BE(at), level + 1);
      if (type !== INTERIOR_TABLE) this.#entry(page, isLeaf ? at : at + 4, { number, isTable: type === LEAF_TABLE });
    }
    if (!isLeaf) this.#visit(page.readUInt32BE(header + 8), level + 1);
  }

  #entry(page: Buffer, start: number, { number, isTable }: { number: number; isTable: boolean }): void {
    let at = start;
    let length = 0;
    for (let byte = 0x80, count = 1; byte >= 0x80; count += 1) {
      byte = page[at] ?? 0;
      at += 1;
      if (count === 6) throw damagedPage(number, "a cell's length is impossible");
      length = length * 128 + (byte & 0x7f);
    }
    if (length > this.#file.pageCount * this.#file.pageSize)
      throw damagedPage(number, "a cell is longer than the file");
    if (isTable) at = endOfVarint(page, at);
    const local = this.#localBytes(length, isTable);
    const end = at + local;
    if (end + (local < length ? 4 : 0) > this.#file.usableSize) throw damagedPage(number, "a cell goes beyond it");
    this.#sink.begin();
    this.#sink.take(page, start, end);
    if (local < length) this.#takeOverflow(page.readUInt32BE(end), length - local);
  }

  #takeOverflow(first: number, bytes: number): void {
    const room = this.#file.usableSize - 4;
    let left = bytes;
    for (let next = first; left > 0; next = this.#overflow.readUInt32BE(0)) {
      this.#file.read(next, this.#overflow);
      const some = Math.min(left, room);
      this.#sink.take(this.#overflow, 4, 4 + some);
      left -= some;
    }
  }

  /** How much of a payload lies in its page: https://www.sqlite.org/fileformat2.html#cell_payload_overflow_pages */
  #localBytes(length: number, isTable: boolean): number {
    const usable = this.#file.usableSize;
    const most = isTable ? usable - 35 : Math.floor(((usable - 12) * 64) / 255) - 23;
    if (length <= most) return length;
    const least = Math.floor(((usable - 12) * 32) / 255) - 23;
    const whole = least + ((length - least) % (usable - 4));
    return whole <= most ? whole : least;
  }

  #pageOf(level: number): Buffer {
    const page = this.#levels[level] ?? Buffer.allocUnsafeSlow(this.#file.pageSize);
    this.#levels[level] = page;
    return page;
  }
}

function endOfVarint(page: Buffer, start: number): number {
  for (let at = start; at < start + 8; at += 1) if ((page[at] ?? 0) < 0x80) return at + 1;
  return start + 9;
}
