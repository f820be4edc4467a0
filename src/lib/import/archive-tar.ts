import { DbopsError } from "../core/errors.js";
import { type ArchiveMember, decodeName, EntryGuard, memberPlace } from "./archive-member.js";
import { sliceOf } from "./archive-slice.js";
import type { ByteSource } from "./read-bytes.js";
import { ByteCursor } from "./read-cursor.js";

const BLOCK = 512;
/** A header's own texts (long names, pax records) are never that long. */
const MOST_TEXT = 1_000_000;

/** What the entry after it is told by entries that only describe it. */
interface Override {
  readonly name: string | null;
  readonly sizeBytes: number | null;
  /** Its holes are left out, and a map of them stands before its bytes. */
  readonly isSparse: boolean;
}

const NO_OVERRIDE: Override = { name: null, sizeBytes: null, isSparse: false };

/** The files of a tar archive, in its order. Reads it once. USAGE.INVALID for hostile entries, IMPORT.INPUT_INVALID for damage. */
export async function listTar(archive: ByteSource): Promise<readonly ArchiveMember[]> {
  const cursor = new ByteCursor(archive);
  const guard = new EntryGuard(archive.place);
  const members: ArchiveMember[] = [];
  let override = NO_OVERRIDE;
  try {
    for (;;) {
      const block = await cursor.read(BLOCK);
      // Without the block of zeros at its end it may be one that was cut between two files.
      if (block.length === BLOCK && block.every((byte) => byte === 0)) break;
      if (block.length < BLOCK || !hasGoodChecksum(block)) throw damaged(archive.place);
      const header = parseHeader(block, override);
      if (!Number.isSafeInteger(header.sizeBytes) || header.sizeBytes < 0) throw damaged(archive.place);
      override = NO_OVERRIDE;
      if (header.type === "x" || header.type === "L") override = overrideOf(header.type, await text(cursor, header));
      else {
        const member = memberOf(archive, { ...header, start: cursor.position }, guard);
        if (member !== null) members.push(member);
        await skip(cursor, padded(header.sizeBytes), archive.place);
      }
    }
  } finally {
    await cursor.close();
  }
  return members;
}

interface Header extends Pick<Override, "isSparse"> {
  readonly name: string;
  readonly type: string;
  readonly sizeBytes: number;
}

function parseHeader(block: Buffer, override: Override): Header {
  const isPosix = block.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isPosix ? cString(block.subarray(345, 500)) : "";
  const short = cString(block.subarray(0, 100));
  return {
    name: override.name ?? (prefix === "" ? short : `${prefix}/${short}`),
    type: block[156] === 0 ? "0" : String.fromCharCode(block[156] ?? 0),
    sizeBytes: override.sizeBytes ?? numberIn(block.subarray(124, 136)),
    isSparse: override.isSparse,
  };
}

/** null for a folder, or for what only describes. */
function memberOf(
  archive: ByteSource,
  { name, type, sizeBytes, start, isSparse }: Header & { readonly start: number },
  guard: EntryGuard,
): ArchiveMember | null {
  if (type === "g" || type === "K") return null;
  const path = name.replace(/^(?:\.\/)+/, "").replace(/\/+$/, "");
  if (type === "5" && (path === "" || path === ".")) return null;
  guard.check(path);
  if (type === "1" || type === "2") throw guard.refuse(name, "it is a link");
  if (type === "5") return null;
  if (isSparse || (type !== "0" && type !== "7")) throw guard.refuse(name, "it is no plain file");
  return { name: path, source: sliceOf(archive, { place: memberPlace(archive.place, path), start, sizeBytes }) };
}

async function text(cursor: ByteCursor, { sizeBytes }: Header): Promise<Buffer> {
  if (sizeBytes > MOST_TEXT) throw damaged(cursor.place);
  const bytes = await cursor.read(padded(sizeBytes));
  return bytes.subarray(0, sizeBytes);
}

/** GNU's `L` holds a name, POSIX's `x` lines of `LENGTH KEY=VALUE`. */
function overrideOf(type: string, content: Buffer): Override {
  if (type === "L") return { ...NO_OVERRIDE, name: cString(content) };
  let override = NO_OVERRIDE;
  for (let at = 0; at < content.length; ) {
    const length = Number.parseInt(content.toString("latin1", at, at + 20), 10);
    if (!(length > 0)) break;
    const record = content.subarray(content.indexOf(" ", at) + 1, at + length - 1);
    const equals = record.indexOf("=");
    const value = decodeName(record.subarray(equals + 1));
    const key = record.toString("latin1", 0, equals);
    if (key === "path") override = { ...override, name: value };
    if (key === "size") override = { ...override, sizeBytes: Number(value) };
    if (key.startsWith("GNU.sparse.")) override = { ...override, isSparse: true };
    at += length;
  }
  return override;
}

async function skip(cursor: ByteCursor, bytes: number, place: string): Promise<void> {
  if (!(await cursor.skip(bytes))) throw damaged(place);
}

function cString(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return decodeName(end === -1 ? bytes : bytes.subarray(0, end));
}

/** Octal digits, or GNU's big-endian number behind a byte of 0x80. */
function numberIn(bytes: Buffer): number {
  if (((bytes[0] ?? 0) & 0x80) === 0) return Number.parseInt(cString(bytes).trim() || "0", 8);
  return Number(bytes.readBigUInt64BE(bytes.length - 8));
}

/** The sum of all bytes, with the checksum itself taken for blanks. */
function hasGoodChecksum(block: Buffer): boolean {
  let sum = 0;
  for (let at = 0; at < BLOCK; at += 1) sum += at >= 148 && at < 156 ? 32 : (block[at] ?? 0);
  return sum === numberIn(block.subarray(148, 156));
}

function padded(bytes: number): number {
  return Math.ceil(bytes / BLOCK) * BLOCK;
}

function damaged(place: string): DbopsError {
  return new DbopsError("IMPORT.INPUT_INVALID", {
    message: `${place} cannot be read as a tar archive to its end`,
    why: "it is damaged or was cut short",
    hint: "get the archive again",
  });
}
