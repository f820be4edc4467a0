import { DbopsError } from "../core/errors.js";
import { type ArchiveMember, EntryGuard, memberPlace } from "./archive-member.js";
import { zipContent } from "./archive-zip-content.js";
import { parseDirectory, type ZipEntry } from "./archive-zip-directory.js";
import { type ByteSource, readRange } from "./read-bytes.js";
import { limited, tooLarge } from "./read-limits.js";

const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const LOCATOR_SIGNATURE = 0x07064b50;
const LOCATOR_BYTES = 20;
const LONG_END_SIGNATURE = 0x06064b50;
const LONG_END_BYTES = 56;
const MOST_COMMENT_BYTES = 65_535;
const MOST_DIRECTORY_BYTES = 16 * 1024 * 1024;
const ENCRYPTED = 1;
const MODE_KIND = 0o170000;
const MODE_LINK = 0o120000;
const LOCAL_HEADER_BYTES = 30;

export interface ZipFile {
  readonly source: ByteSource;
  readonly sizeBytes: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** The files of a zip archive, in the order of its directory. USAGE.INVALID for hostile entries, IMPORT.INPUT_INVALID for damage. */
export async function listZip(zip: ZipFile): Promise<readonly ArchiveMember[]> {
  const { source } = zip;
  const place = await findDirectory(source, zip.sizeBytes);
  if (place.sizeBytes > MOST_DIRECTORY_BYTES) throw damaged(source.place, "its directory is too large");
  const directory = await readRange(source, place.start, place.sizeBytes);
  const entries = parseDirectory(directory, (why) => damaged(source.place, why));
  const guard = new EntryGuard(source.place);
  const files = entries.filter((entry) => checkEntry(entry, guard));
  checkSizes(files, zip, guard);
  return files.map((entry) => {
    const name = cleanName(entry.name);
    const content = zipContent(source, { ...entry, place: memberPlace(source.place, name) }, zip.signal);
    return { name, source: limited(content, zip.maxBytes) };
  });
}

interface DirectoryPlace {
  readonly start: number;
  readonly sizeBytes: number;
}

async function findDirectory(source: ByteSource, sizeBytes: number): Promise<DirectoryPlace> {
  const tailStart = Math.max(0, sizeBytes - END_BYTES - MOST_COMMENT_BYTES - LOCATOR_BYTES);
  const tail = await readRange(source, tailStart, sizeBytes - tailStart);
  for (let at = tail.length - END_BYTES; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== END_SIGNATURE) continue;
    const locator = at - LOCATOR_BYTES;
    if (locator >= 0 && tail.readUInt32LE(locator) === LOCATOR_SIGNATURE) {
      return await longDirectory(source, Number(tail.readBigUInt64LE(locator + 8)));
    }
    return { sizeBytes: tail.readUInt32LE(at + 12), start: tail.readUInt32LE(at + 16) };
  }
  throw damaged(source.place, "its directory, which stands at the end, is missing");
}

async function longDirectory(source: ByteSource, start: number): Promise<DirectoryPlace> {
  const end = await readRange(source, start, LONG_END_BYTES);
  if (end.length < LONG_END_BYTES || end.readUInt32LE(0) !== LONG_END_SIGNATURE) {
    throw damaged(source.place, "the end of its directory is not where it says");
  }
  return { sizeBytes: Number(end.readBigUInt64LE(40)), start: Number(end.readBigUInt64LE(48)) };
}

/** False for a folder. */
function checkEntry({ name, flags, mode }: ZipEntry, guard: EntryGuard): boolean {
  guard.check(cleanName(name));
  if ((mode & MODE_KIND) === MODE_LINK) throw guard.refuse(name, "it is a link");
  if ((flags & ENCRYPTED) !== 0) throw guard.refuse(name, "it is encrypted");
  return !/[/\\]$/.test(name);
}

/** Entries that share their bytes are how small archives unfold to petabytes. */
function checkSizes(entries: readonly ZipEntry[], { source, maxBytes }: ZipFile, guard: EntryGuard): void {
  let total = 0;
  let freeFrom = 0;
  for (const entry of [...entries].sort((one, other) => one.start - other.start)) {
    total += entry.sizeBytes;
    if (total > maxBytes) throw tooLarge(source.place, maxBytes);
    if (entry.start < freeFrom) throw guard.refuse(entry.name, "its bytes are those of another entry");
    freeFrom = entry.start + LOCAL_HEADER_BYTES + entry.storedBytes;
  }
}

/** Some programs of Windows write its own separator. */
function cleanName(name: string): string {
  return name.replaceAll("\\", "/").replace(/\/+$/, "");
}

function damaged(place: string, why: string): DbopsError {
  return new DbopsError("IMPORT.INPUT_INVALID", {
    message: `${place} cannot be read as a zip archive`,
    why,
    hint: "it is damaged or was cut short: get it again",
  });
}
