import { DbopsError } from "../../lib/core/errors.js";

/** One entry of a dump's table of contents. */
export interface TocEntry {
  readonly id: number;
  readonly tag: string;
  /** TABLE, TABLE DATA, SEQUENCE SET, ACL, DATABASE … */
  readonly desc: string;
  readonly schema: string | null;
  readonly owner: string;
  readonly definition: string;
  readonly hasData: boolean;
  /** Its rows are lines of COPY rather than statements. */
  readonly isCopied: boolean;
  /** IDs of the entries that must exist before it. */
  readonly dependencies: readonly number[];
}

/** The head of a custom or directory archive of pg_dump. */
export interface ArchiveToc {
  /** A directory dump keeps its rows in files of their own. */
  readonly isCustom: boolean;
  /** e.g. 1.14 */
  readonly formatVersion: string;
  readonly intSize: number;
  readonly offsetSize: number;
  readonly compression: "none" | "gzip" | "other";
  readonly databaseName: string;
  readonly serverVersion: string;
  readonly dumpVersion: string;
  readonly entries: readonly TocEntry[];
  /** Bytes from the start of the archive to the end of the table of contents. */
  readonly sizeBytes: number;
}

const MAGIC = "PGDMP";
const CUSTOM = 1;
const OLDEST = 10;

/**
 * Reads the table of contents; null when `bytes` end before it does. BACKUP.DAMAGED, UNSUPPORTED.FORMAT_VERSION.
 * The layout is ReadHead and ReadToc of src/bin/pg_dump/pg_backup_archiver.c; 1.10 to 1.16 are PostgreSQL 8 to 18.
 */
export function parseToc(bytes: Buffer): ArchiveToc | null {
  if (bytes.length < 16) return null;
  if (bytes.toString("latin1", 0, MAGIC.length) !== MAGIC) throw notAnArchive();
  try {
    return readToc(new TocReader(bytes, MAGIC.length));
  } catch (error) {
    if (error instanceof EndOfBytes) return null;
    throw error;
  }
}

function readToc(reader: TocReader): ArchiveToc {
  const major = reader.byte();
  const minor = reader.byte();
  reader.byte();
  if (major !== 1 || minor < OLDEST || minor > 99) throw unknownVersion(`${major}.${minor}`);
  reader.intSize = reader.byte();
  const offsetSize = reader.byte();
  const isCustom = reader.byte() === CUSTOM;
  const compression = readCompression(reader, minor);
  for (let field = 0; field < 7; field += 1) reader.int();
  const databaseName = reader.text() ?? "";
  const serverVersion = reader.text() ?? "";
  const dumpVersion = reader.text() ?? "";
  const count = reader.int();
  const entries: TocEntry[] = [];
  const layout = { minor, isCustom, offsetSize };
  for (let index = 0; index < count; index += 1) entries.push(readEntry(reader, layout));
  return {
    isCustom,
    formatVersion: `${major}.${minor}`,
    intSize: reader.intSize,
    offsetSize,
    compression,
    databaseName,
    serverVersion,
    dumpVersion,
    entries,
    sizeBytes: reader.position,
  };
}

function readCompression(reader: TocReader, minor: number): ArchiveToc["compression"] {
  if (minor >= 15) {
    const algorithm = reader.byte();
    return algorithm === 0 ? "none" : algorithm === 1 ? "gzip" : "other";
  }
  return reader.int() === 0 ? "none" : "gzip";
}

interface Layout {
  readonly minor: number;
  readonly isCustom: boolean;
  readonly offsetSize: number;
}

function readEntry(reader: TocReader, { minor, isCustom, offsetSize }: Layout): TocEntry {
  const id = reader.int();
  const hasData = reader.int() !== 0;
  reader.text();
  reader.text();
  const tag = reader.text() ?? "";
  const desc = reader.text() ?? "";
  if (minor >= 11) reader.int();
  const definition = reader.text() ?? "";
  reader.text();
  const copyStatement = reader.text() ?? "";
  const schema = reader.text();
  reader.text();
  if (minor >= 14) reader.text();
  if (minor >= 16) reader.int();
  const owner = reader.text() ?? "";
  reader.text();
  const dependencies: number[] = [];
  for (let id = reader.text(); id !== null; id = reader.text()) dependencies.push(Number(id));
  if (isCustom) reader.skip(1 + offsetSize);
  else reader.text();
  return {
    id,
    tag,
    desc,
    schema: schema === "" ? null : schema,
    owner,
    definition,
    hasData,
    isCopied: copyStatement !== "",
    dependencies,
  };
}

class EndOfBytes extends Error {}

class TocReader {
  readonly #bytes: Buffer;
  position: number;
  intSize = 4;

  constructor(bytes: Buffer, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  byte(): number {
    const value = this.#bytes[this.position];
    if (value === undefined) throw new EndOfBytes();
    this.position += 1;
    return value;
  }

  /** A sign byte, then the magnitude, lowest byte first. */
  int(): number {
    const isNegative = this.byte() !== 0;
    let magnitude = 0;
    for (let index = 0; index < this.intSize; index += 1) magnitude += this.byte() * 256 ** index;
    return isNegative ? -magnitude : magnitude;
  }

  text(): string | null {
    const length = this.int();
    if (length < 0) return null;
    const start = this.position;
    this.skip(length);
    return this.#bytes.toString("utf8", start, start + length);
  }

  skip(length: number): void {
    if (this.position + length > this.#bytes.length) throw new EndOfBytes();
    this.position += length;
  }
}

function notAnArchive(): DbopsError {
  return new DbopsError("BACKUP.DAMAGED", {
    message: "this is not an archive of pg_dump",
    why: `it does not begin with ${MAGIC}`,
    hint: "the file is damaged at its start, or of another kind",
  });
}

function unknownVersion(version: string): DbopsError {
  return new DbopsError("UNSUPPORTED.FORMAT_VERSION", {
    message: `archive format ${version} is not known`,
    why: "the archive was made by a pg_dump that this dbops does not know",
    hint: "use a newer dbops, or pg_restore by hand",
  });
}
