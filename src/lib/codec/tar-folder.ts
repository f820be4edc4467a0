import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { DbopsError } from "../core/errors.js";
import { readStreamOf } from "../system/files.js";

const BLOCK_BYTES = 512;
const BUFFER_BYTES = 1024 * 1024;
const LONGEST_NAME_BYTES = 100;
const OCTAL_SIZE_LIMIT = 8 ** 11;

/** The regular files of a folder as one tar stream (POSIX ustar); it errors when one cannot be read. USAGE.INVALID. */
export function tarFolder(folder: string): Readable {
  return Readable.from(blocksOf(folder), { objectMode: false, highWaterMark: BUFFER_BYTES });
}

async function* blocksOf(folder: string): AsyncGenerator<Buffer> {
  // Backwards, so that a table of contents (toc.dat) comes before the tables, whose names are numbers.
  const names = (await readdir(folder)).sort().reverse();
  for (const name of names) {
    const path = join(folder, name);
    const facts = await stat(path);
    if (!facts.isFile() || Buffer.byteLength(name) > LONGEST_NAME_BYTES) throw strange(path);
    yield header(name, facts.size);
    yield* contentOf(path, facts.size);
    yield Buffer.alloc((BLOCK_BYTES - (facts.size % BLOCK_BYTES)) % BLOCK_BYTES);
  }
  yield Buffer.alloc(2 * BLOCK_BYTES);
}

async function* contentOf(path: string, sizeBytes: number): AsyncGenerator<Buffer> {
  let left = sizeBytes;
  for await (const chunk of readStreamOf(path)) {
    const bytes = Buffer.from(chunk);
    left -= bytes.length;
    yield bytes;
  }
  if (left !== 0) throw new DbopsError("BACKUP.DAMAGED", { message: `${path} has changed while it was read` });
}

function header(name: string, sizeBytes: number): Buffer {
  const block = Buffer.alloc(BLOCK_BYTES);
  block.write(name, 0);
  block.write(["0000600", "0000000", "0000000", ""].join("\0"), 100);
  block.set(sizeField(sizeBytes), 124);
  block.write("00000000000\0        0", 136);
  block.write(["ustar", "00"].join("\0"), 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** Twelve bytes: octal digits, or from 8 GiB on GNU's base-256. */
function sizeField(sizeBytes: number): Buffer {
  if (sizeBytes < OCTAL_SIZE_LIMIT) return Buffer.from(`${sizeBytes.toString(8).padStart(11, "0")}\0`);
  const field = Buffer.alloc(12);
  field[0] = 0x80;
  field.writeBigUInt64BE(BigInt(sizeBytes), 4);
  return field;
}

function strange(path: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `${path} does not belong into a dump`,
    why: "a folder made by a parallel dump holds only plain files",
    hint: "name the folder that has toc.dat in it",
  });
}
