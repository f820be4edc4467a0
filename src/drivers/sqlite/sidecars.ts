import { stat } from "node:fs/promises";
import { foreignCode } from "../../lib/core/errors.js";

/** What stands beside a database file; null = no such file. */
export interface Sidecars {
  readonly walBytes: number | null;
  readonly shmBytes: number | null;
  readonly journalBytes: number | null;
}

export async function sidecarsOf(path: string): Promise<Sidecars> {
  const [walBytes, shmBytes, journalBytes] = await Promise.all(
    ["-wal", "-shm", "-journal"].map((suffix) => sizeOf(path + suffix)),
  );
  return { walBytes: walBytes ?? null, shmBytes: shmBytes ?? null, journalBytes: journalBytes ?? null };
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (foreignCode(error) === "ENOENT") return null;
    throw error;
  }
}
