import { openForRead } from "./files.js";

/** The first bytes of a database file (https://www.sqlite.org/fileformat2.html#magic_header_string). */
const SIGNATURE = Buffer.from("SQLite format 3\0", "latin1");

/** Whether a file begins as a database does; it must exist, and this process must not have it open as one. */
export async function isDatabaseFile(path: string): Promise<boolean> {
  await using handle = await openForRead(path);
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(SIGNATURE.length), 0, SIGNATURE.length, 0);
  return buffer.subarray(0, bytesRead).equals(SIGNATURE);
}
