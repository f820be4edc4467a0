import { constants } from "node:fs";
import { access, realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { DbopsError, foreignCode, messageOf } from "../../lib/core/errors.js";
import { openForRead } from "../../lib/system/files.js";
import { isDatabaseOpen } from "../../lib/system/open-databases.js";

const MAGIC = Buffer.from("SQLite format 3\0", "latin1");
const SNIFF_BYTES = 4096;
const WAL_VERSION_BYTE = 19;

/** A database file as the file system knows it, before SQLite has touched it. */
export interface DatabaseFile {
  /** Links resolved. */
  readonly path: string;
  readonly sizeBytes: number;
  /** The header asks for a write-ahead log. */
  readonly isWal: boolean;
  /** Both the file and its folder may be written. */
  readonly isWritable: boolean;
}

/** Finds and sniffs a database file without SQLite. CONNECT.FILE_MISSING, NO_PERMISSION, NOT_A_DATABASE, ENCRYPTED. */
export async function locate(location: string): Promise<DatabaseFile> {
  const path = await realPathOf(location);
  const facts = await stat(path);
  if (!facts.isFile()) throw notADatabase(path, "it is a folder or a device, not a file");
  await requireReadable(path);
  const head = isDatabaseOpen(path) ? null : await readHead(path);
  if (head !== null) checkHead(path, head, facts.size);
  return {
    path,
    sizeBytes: facts.size,
    isWal: head?.[WAL_VERSION_BYTE] === 2,
    isWritable: (await isPermitted(path, constants.W_OK)) && (await isPermitted(dirname(path), constants.W_OK)),
  };
}

/** The path with links resolved; for a file that does not exist yet, its folder's are. */
export async function resolvePath(location: string): Promise<string> {
  const path = resolve(location);
  try {
    return await realpath(path);
  } catch (error) {
    if (foreignCode(error) !== "ENOENT") throw cannotRead(path, error);
    const folder = dirname(path);
    return folder === path ? path : resolve(await resolvePath(folder), path.slice(folder.length).replace(/^\//, ""));
  }
}

/** Whether this user may do that to the path. */
export async function isPermitted(path: string, mode: number): Promise<boolean> {
  try {
    await access(path, mode);
    return true;
  } catch (error) {
    if (["EACCES", "EROFS", "EPERM", "ENOENT"].includes(foreignCode(error) ?? "")) return false;
    throw error;
  }
}

async function realPathOf(location: string): Promise<string> {
  try {
    return await realpath(resolve(location));
  } catch (error) {
    if (!["ENOENT", "ENOTDIR"].includes(foreignCode(error) ?? "")) throw cannotRead(location, error);
    throw new DbopsError("CONNECT.FILE_MISSING", {
      message: `there is no database file ${location}`,
      why: `${resolve(location)} does not exist`,
      hint: "check the path; dbops never creates a database by opening it",
      cause: error,
    });
  }
}

async function requireReadable(path: string): Promise<void> {
  if (await isPermitted(path, constants.R_OK)) return;
  throw cannotRead(path, new Error("this user may not read it"));
}

async function readHead(path: string): Promise<Buffer> {
  await using handle = await openForRead(path);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
  return buffer.subarray(0, bytesRead);
}

function checkHead(path: string, head: Buffer, sizeBytes: number): void {
  // An empty file is a valid database without tables: SQLite writes its header with the first table.
  if (head.length === 0 || head.subarray(0, MAGIC.length).equals(MAGIC)) return;
  if (!looksEncrypted(head, sizeBytes)) throw notADatabase(path, "it does not begin with SQLite's header");
  throw new DbopsError("CONNECT.ENCRYPTED", {
    message: `${path} looks like an encrypted database`,
    why: "it has no SQLite header and its bytes look random, as those of SQLCipher or SEE do",
    hint: "dbops cannot open encrypted databases; back it up with the program that holds its key",
  });
}

/** Random bytes in a whole number of pages; a compressed file hardly ever has such a length. */
function looksEncrypted(head: Buffer, sizeBytes: number): boolean {
  return head.length >= 512 && sizeBytes % 512 === 0 && bitsPerByte(head) > 7 - 512 / head.length;
}

function bitsPerByte(bytes: Buffer): number {
  const counts = new Map<number, number>();
  for (const byte of bytes) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / bytes.length) * Math.log2(count / bytes.length), 0);
}

function notADatabase(path: string, why: string): DbopsError {
  return new DbopsError("CONNECT.NOT_A_DATABASE", { message: `${path} is not an SQLite database`, why });
}

function cannotRead(path: string, cause: unknown): DbopsError {
  return new DbopsError("CONNECT.NO_PERMISSION", {
    message: `cannot read ${path}`,
    why: messageOf(cause),
    hint: "run dbops as a user that may read the file and enter its folder",
    cause,
  });
}
