import type { Compression } from "../codec/choose-compression.js";
import type { ArchiveKind } from "./sniff-name.js";

/** Bytes of a head that are enough for every question asked here. */
export const HEAD_BYTES = 64 * 1024;

const COMPRESSED = [
  ["gzip", Buffer.from([0x1f, 0x8b])],
  ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
] as const;
const ZIP = [Buffer.from("PK\x03\x04", "latin1"), Buffer.from("PK\x05\x06", "latin1")];
const TAR_MAGIC = Buffer.from("ustar");
const TAR_MAGIC_AT = 257;
const DATABASE = "SQLite format 3\0";
/** Files that are often taken for one another, by how they begin. */
const OTHERS = [
  ["a database file", DATABASE],
  ["a dump of pg_dump's custom format", "PGDMP"],
  ["a Parquet file", "PAR1\x15"],
  ["a bzip2 file", "BZh"],
  ["an xz file", "\xfd7zXZ\0"],
  ["a 7-Zip archive", "7z\xbc\xaf"],
  ["an encrypted file of age", "age-encryption.org/"],
  ["a PDF file", "%PDF-"],
] as const;
/** Control characters other than white space make up a tenth of bytes by chance; a text has hardly any. */
const MOST_CONTROLS = 0.05;
/** A few in a short text are a fault of their record. */
const FEW_CONTROLS = 4;

/** How bytes are compressed, by their beginning. */
export function compressionOf(head: Uint8Array): Compression {
  return COMPRESSED.find(([, magic]) => magic.equals(head.subarray(0, magic.length)))?.[0] ?? "none";
}

/** What archive the bytes are, by their beginning; null when none. */
export function archiveOf(head: Uint8Array): ArchiveKind | null {
  if (ZIP.some((magic) => magic.equals(head.subarray(0, magic.length)))) return "zip";
  return TAR_MAGIC.equals(head.subarray(TAR_MAGIC_AT, TAR_MAGIC_AT + TAR_MAGIC.length)) ? "tar" : null;
}

/** Whether they begin a database file. */
export function isDatabase(head: Buffer): boolean {
  return head.toString("latin1", 0, DATABASE.length) === DATABASE;
}

/** What the bytes are instead of text, in words; null when they may be text. */
export function binaryKind(head: Uint8Array): string | null {
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString("latin1");
  const other = OTHERS.find(([, magic]) => text.startsWith(magic));
  if (other !== undefined) return other[0];
  let controls = 0;
  for (const byte of head) if (byte < 9 || (byte > 13 && byte < 32)) controls += 1;
  return controls > Math.max(FEW_CONTROLS, head.length * MOST_CONTROLS) ? "binary" : null;
}
