import { createHash } from "node:crypto";
import { DbopsError } from "../core/errors.js";
import { formatCount } from "../core/units.js";
import type { ByteChunk, ByteSource } from "./read-bytes.js";

/** What a manifest promises of a stored file; null = no promise. */
export interface Promised {
  readonly bytes: number | null;
  readonly sha256: string;
}

/** The same bytes; IMPORT.CHECKSUM_MISMATCH at their end when they are not those of the manifest. */
export function checkedBytes(source: ByteSource, promised: Promised): ByteSource {
  // Whoever begins later has no whole to check.
  const open = (fromByte: number) => (fromByte === 0 ? hashed(source, promised) : source.open(fromByte));
  return { ...source, open };
}

async function* hashed(source: ByteSource, promised: Promised): AsyncIterable<ByteChunk> {
  const hash = createHash("sha256");
  let total = 0;
  for await (const chunk of source.open(0)) {
    hash.update(chunk.bytes);
    total += chunk.bytes.length;
    yield chunk;
  }
  if (promised.bytes !== null && total !== promised.bytes) {
    throw mismatch(
      source.place,
      `it has ${formatCount(total)} bytes; the manifest says ${formatCount(promised.bytes)}`,
    );
  }
  if (hash.digest("hex") !== promised.sha256) throw mismatch(source.place, "its SHA-256 is not the manifest's");
}

/** A file that is not what the export wrote. */
export function mismatch(place: string, why: string): DbopsError {
  return new DbopsError("IMPORT.CHECKSUM_MISMATCH", {
    message: `${place} is not as it was exported`,
    why,
    hint: "get it again; to import it as it stands, import the file itself, without its manifest",
  });
}
