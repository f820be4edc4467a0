import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { ArchiveMember } from "./archive-member.js";
import { fileBytes, unreadable } from "./read-file.js";

/** The plain files of a folder by name; what is in its folders does not count. IMPORT.INPUT_INVALID. */
export async function listFolder(folder: string, signal: AbortSignal): Promise<readonly ArchiveMember[]> {
  const members: ArchiveMember[] = [];
  try {
    for (const name of (await readdir(folder)).sort()) {
      const path = join(folder, name);
      const found = await stat(path);
      if (!found.isFile()) continue;
      members.push({ name, source: fileBytes({ path, sizeBytes: found.size, place: path }, signal) });
    }
  } catch (error) {
    throw unreadable(folder, error);
  }
  return members;
}
