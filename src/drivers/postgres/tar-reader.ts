import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DbopsError } from "../../lib/core/errors.js";
import { diskFullError } from "../../lib/system/files.js";

const BLOCK = 512;
const OCTAL_LIMIT = 0x80;

/** One file of a tar archive; `content` must be read to its end before the next one comes. */
export interface TarFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly content: AsyncIterable<Buffer>;
}

/** The regular files of a tar stream (POSIX ustar, sizes also in base-256). BACKUP.DAMAGED. */
export async function* readTar(stream: Readable): AsyncGenerator<TarFile> {
  const reader = new ByteReader(stream);
  for (;;) {
    const header = await reader.exactly(BLOCK);
    if (header === null) throw damaged("it ends without the end mark of a tar archive");
    if (header.every((byte) => byte === 0)) break;
    const sizeBytes = sizeOf(header);
    const name = basename(header.toString("utf8", 0, 100).replace(/\0.*$/s, ""));
    const padding = (BLOCK - (sizeBytes % BLOCK)) % BLOCK;
    const type = header[156];
    if (type === 0x30 || type === 0) yield { name, sizeBytes, content: reader.some(sizeBytes) };
    else for await (const _chunk of reader.some(sizeBytes));
    await reader.exactly(padding);
  }
  await reader.rest();
}

/** Writes the archive's files flat into a new folder. RESOURCE.DISK_FULL, BACKUP.DAMAGED. */
export async function extractTar(stream: Readable, folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
    for await (const file of readTar(stream)) {
      const written = createWriteStream(join(folder, file.name), { flags: "wx", mode: 0o600 });
      await pipeline(Readable.from(file.content), written);
    }
  } catch (error) {
    throw diskFullError(error, folder) ?? error;
  }
}

function sizeOf(header: Buffer): number {
  const field = header.subarray(124, 136);
  if (((field[0] ?? 0) & OCTAL_LIMIT) !== 0) return Number(field.readBigUInt64BE(4));
  const size = Number.parseInt(field.toString("latin1").replaceAll(/[\0 ]/g, "") || "0", 8);
  if (Number.isNaN(size)) throw damaged("a file's header is not readable");
  return size;
}

class ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #held = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#source = stream[Symbol.asyncIterator]();
  }

  /** null at the end of the stream. */
  async exactly(size: number): Promise<Buffer | null> {
    const parts: Buffer[] = [];
    for await (const part of this.some(size, true)) parts.push(part);
    const whole = Buffer.concat(parts);
    if (whole.length === size) return whole;
    if (whole.length === 0) return null;
    throw damaged("it ends in the middle of a file");
  }

  async *some(size: number, mayEnd = false): AsyncGenerator<Buffer> {
    for (let left = size; left > 0; ) {
      if (this.#held.length === 0 && !(await this.#more())) {
        if (mayEnd) return;
        throw damaged("it ends in the middle of a file");
      }
      const part = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  /** Reads on to the end, where a checksum may speak. */
  async rest(): Promise<void> {
    while (await this.#more()) this.#held = Buffer.alloc(0);
  }

  async #more(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done === true) return false;
    this.#held = Buffer.from(next.value);
    return true;
  }
}

function damaged(why: string): DbopsError {
  return new DbopsError("BACKUP.DAMAGED", { message: "the tar archive cannot be read to its end", why });
}
