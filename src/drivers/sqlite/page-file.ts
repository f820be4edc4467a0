import { readSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { DbopsError } from "../../lib/core/errors.js";
import { openForRead } from "../../lib/system/files.js";

const HEADER_BYTES = 100;
/** Pages read at once where the last ones lay close together, and how close that is. */
const WINDOW_PAGES = 64;
const NEAR_PAGES = 16;

/**
 * The pages of a database file that no connection has open and whose log, if it had one, is in it.
 * https://www.sqlite.org/fileformat2.html
 */
export class PageFile implements AsyncDisposable {
  readonly pageSize: number;
  /** Bytes of a page that hold content; the rest is reserved for extensions. */
  readonly usableSize: number;
  readonly pageCount: number;
  readonly #handle: FileHandle;
  readonly #window: Buffer;
  #first = 0;
  #held = 0;
  #last = 0;

  private constructor(handle: FileHandle, header: Buffer, sizeBytes: number) {
    const pageSize = header.readUInt16BE(16);
    this.pageSize = pageSize === 1 ? 65536 : pageSize;
    this.usableSize = this.pageSize - header.readUInt8(20);
    this.pageCount = Math.ceil(sizeBytes / this.pageSize);
    this.#handle = handle;
    this.#window = Buffer.allocUnsafeSlow(WINDOW_PAGES * this.pageSize);
  }

  static async open(path: string): Promise<PageFile> {
    const handle = await openForRead(path);
    try {
      const header = Buffer.alloc(HEADER_BYTES);
      await handle.read(header, 0, HEADER_BYTES, 0);
      const file = new PageFile(handle, header, (await handle.stat()).size);
      if (file.usableSize < 480) throw damagedPage(1, "the header's page size is impossible");
      return file;
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }

  /** Copies a page, counted from 1, into `target`. DB.DAMAGED where the file has none. */
  read(page: number, target: Buffer): void {
    if (page < 1 || page > this.pageCount) throw damagedPage(page, `the file has ${this.pageCount} pages`);
    if (page < this.#first || page >= this.#first + this.#held) this.#fetch(page);
    this.#last = page;
    const from = (page - this.#first) * this.pageSize;
    this.#window.copy(target, 0, from, from + this.pageSize);
  }

  /** A window where pages follow each other, one page where they do not: a tree may lie anyhow in its file. */
  #fetch(page: number): void {
    const isNear = page > this.#last && page <= this.#last + NEAR_PAGES;
    const wanted = (isNear ? WINDOW_PAGES : 1) * this.pageSize;
    const got = readSync(this.#handle.fd, this.#window, 0, wanted, (page - 1) * this.pageSize);
    this.#first = page;
    this.#held = Math.floor(got / this.pageSize);
    if (this.#held === 0) throw damagedPage(page, "the file ends in the middle of it");
  }
}

/** DB.DAMAGED, as SQLite's own verdict becomes. */
export function damagedPage(page: number, why: string): DbopsError {
  return new DbopsError("DB.DAMAGED", { message: `page ${page} cannot be read`, why });
}
