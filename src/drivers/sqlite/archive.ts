import type { Readable } from "node:stream";
import { DbopsError } from "../../lib/core/errors.js";
import type { ArchiveFacts } from "../driver.js";

const MAGIC = "SQLite format 3\0";
const HEADER_BYTES = 100;

/** Reads a raw database file to its end: magic, page size, and as many pages as the header says. BACKUP.DAMAGED. */
export async function inspectArchive(raw: Readable): Promise<ArchiveFacts> {
  let header = Buffer.alloc(0);
  let bytes = 0;
  for await (const chunk of raw) {
    const piece: Uint8Array = chunk;
    if (header.length < HEADER_BYTES) header = Buffer.concat([header, piece.subarray(0, HEADER_BYTES - header.length)]);
    bytes += piece.length;
  }
  const entries = pagesOf(header, bytes);
  return { serverVersion: writerVersion(header), entries };
}

function pagesOf(header: Buffer, bytes: number): number {
  if (header.length < HEADER_BYTES) throw damaged(`it has ${bytes} bytes, less than the header of a database`);
  if (header.toString("latin1", 0, MAGIC.length) !== MAGIC) throw damaged("it does not begin with SQLite's header");
  const pageSize = header.readUInt16BE(16) === 1 ? 65536 : header.readUInt16BE(16);
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) throw damaged(`its page size of ${pageSize} cannot be`);
  const pages = header.readUInt32BE(28);
  if (pages * pageSize !== bytes) {
    throw damaged(`its header says ${pages} pages of ${pageSize} bytes, and it has ${bytes} bytes`);
  }
  return pages;
}

/** Bytes 96 to 99: the version of the library that wrote last. */
function writerVersion(header: Buffer): string | null {
  const number = header.readUInt32BE(96);
  if (number === 0) return null;
  return `${Math.floor(number / 1_000_000)}.${Math.floor(number / 1000) % 1000}.${number % 1000}`;
}

function damaged(why: string): DbopsError {
  return new DbopsError("BACKUP.DAMAGED", { message: "the backup's database file is damaged", why });
}
