import { isAgeHeader } from "../codec/age-header.js";
import { DbopsError } from "../core/errors.js";
import type { Storage } from "../storage/storage.js";

const HEADER_BYTES = 64;

/** Reads back the beginning of a stored file that must be encrypted. BACKUP.NOT_ENCRYPTED when it is no age file. */
export async function assertEncrypted(storage: Storage, file: string): Promise<void> {
  if (isAgeHeader(await headOf(storage, file))) return;
  throw new DbopsError("BACKUP.NOT_ENCRYPTED", {
    message: `${file} should be encrypted and is not`,
    why: "it does not begin with an age header",
    hint: "do not copy it anywhere; delete it and take a new backup",
  });
}

async function headOf(storage: Storage, file: string): Promise<Buffer> {
  const stream = await storage.get(file);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    chunks.push(Buffer.from(chunk));
    bytes += chunks.at(-1)?.length ?? 0;
    if (bytes >= HEADER_BYTES) break;
  }
  return Buffer.concat(chunks).subarray(0, HEADER_BYTES);
}
