import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { PagesFact } from "../../fact-model.js";

/** Places in the header of a database file (https://www.sqlite.org/fileformat2.html#the_database_header). */
const HEADER_BYTES = 100;
const PAGE_SIZE_AT = 16;
const PAGES_AT = 28;
const FREE_PAGES_AT = 36;
const LARGEST_PAGE = 65_536;

/** By the header alone. Plain file access: only for a process that has no database open. */
export function readPages(path: string): PagesFact {
  const header = headOf(path);
  // The largest size does not fit into two bytes.
  const written = header.readUInt16BE(PAGE_SIZE_AT);
  const pageBytes = written === 1 ? LARGEST_PAGE : written;
  return {
    pageBytes,
    pages: header.readUInt32BE(PAGES_AT),
    freePages: header.readUInt32BE(FREE_PAGES_AT),
    isCertain: (statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0) === 0,
  };
}

/** A database that never had a table is empty. */
function headOf(path: string): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  const descriptor = openSync(path, "r");
  try {
    readSync(descriptor, header, 0, HEADER_BYTES, 0);
  } finally {
    closeSync(descriptor);
  }
  return header;
}
