import { decodeName } from "./archive-member.js";

const ENTRY_SIGNATURE = 0x02014b50;
const ENTRY_BYTES = 46;
const LONG_FIELD = 1;
const LONG = 0xffffffff;

/** What a zip archive's directory says of an entry. */
export interface ZipEntry {
  readonly name: string;
  readonly flags: number;
  /** 0 = stored, 8 = deflate. */
  readonly method: number;
  readonly crc32: number;
  readonly storedBytes: number;
  readonly sizeBytes: number;
  /** Of its local header. */
  readonly start: number;
  /** Unix mode; 0 when the archive comes from elsewhere. */
  readonly mode: number;
}

/** All entries of the directory's bytes; throws what `damaged` makes of the reason when they are not whole. */
export function parseDirectory(bytes: Buffer, damaged: (why: string) => Error): readonly ZipEntry[] {
  const entries: ZipEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (at + ENTRY_BYTES > bytes.length || bytes.readUInt32LE(at) !== ENTRY_SIGNATURE) {
      throw damaged("its directory is damaged");
    }
    const nameEnd = at + ENTRY_BYTES + bytes.readUInt16LE(at + 28);
    const extraEnd = nameEnd + bytes.readUInt16LE(at + 30);
    if (extraEnd > bytes.length) throw damaged("its directory is damaged");
    const name = decodeName(bytes.subarray(at + ENTRY_BYTES, nameEnd));
    entries.push(parseEntry(bytes.subarray(at), { name, extra: bytes.subarray(nameEnd, extraEnd) }));
    at = extraEnd + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

interface EntryTexts {
  readonly name: string;
  readonly extra: Buffer;
}

function parseEntry(entry: Buffer, { name, extra }: EntryTexts): ZipEntry {
  const longs = longNumbers(extra);
  const number = (at: number): number => {
    const short = entry.readUInt32LE(at);
    return short === LONG ? (longs.shift() ?? short) : short;
  };
  // In the order in which their long forms stand in the extra field.
  const sizeBytes = number(24);
  const storedBytes = number(20);
  const start = number(42);
  return {
    name,
    flags: entry.readUInt16LE(8),
    method: entry.readUInt16LE(10),
    crc32: entry.readUInt32LE(16),
    storedBytes,
    sizeBytes,
    start,
    mode: entry.readUInt8(5) === 3 ? entry.readUInt16LE(40) : 0,
  };
}

/** The numbers of zip64 that do not fit into 32 bits. */
function longNumbers(extra: Buffer): number[] {
  for (let at = 0; at + 4 <= extra.length; ) {
    const end = at + 4 + extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === LONG_FIELD) {
      const numbers: number[] = [];
      for (let place = at + 4; place + 8 <= Math.min(end, extra.length); place += 8) {
        numbers.push(Number(extra.readBigUInt64LE(place)));
      }
      return numbers;
    }
    at = end;
  }
  return [];
}
