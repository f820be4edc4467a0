import { readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DbopsError, foreignCode } from "../../lib/core/errors.js";
import { syncFolder, writeFileAtomically } from "../../lib/system/files.js";
import { LOG_SUFFIXES } from "./kept-files.js";

/** Written before a swap that takes more than one rename, so that the next run can finish or undo it. */
export interface SwapIntent {
  readonly version: 1;
  readonly path: string;
  /** The file that becomes `path`; once it is gone from here, the swap has happened. */
  readonly replacement: string;
  /** Where the old file and its logs go. */
  readonly kept: string;
}

export async function writeIntent(intent: SwapIntent): Promise<void> {
  await writeFileAtomically(intentPath(intent.path), `${JSON.stringify(intent)}\n`);
}

export async function removeIntent(path: string): Promise<void> {
  await rm(intentPath(path), { force: true });
  await syncFolder(dirname(path));
}

/** null when no swap was left half done. UNSUPPORTED.FORMAT_VERSION, DB.REFUSED. */
export async function readIntent(path: string): Promise<SwapIntent | null> {
  let text: string;
  try {
    text = await readFile(intentPath(path), "utf8");
  } catch (error) {
    if (foreignCode(error) === "ENOENT") return null;
    throw error;
  }
  return parseIntent(text, path);
}

/** Moves what belongs to the old file to its kept name. */
export async function carryLogs(from: string, to: string): Promise<void> {
  for (const suffix of LOG_SUFFIXES) if (await exists(from + suffix)) await rename(from + suffix, to + suffix);
}

export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    (error: unknown) => {
      if (foreignCode(error) === "ENOENT") return false;
      throw error;
    },
  );
}

/** The record of a swap that is under way. */
export function intentPath(path: string): string {
  return `${path}.dbops-swap.json`;
}

function parseIntent(text: string, path: string): SwapIntent {
  const value: unknown = JSON.parse(text);
  const record = typeof value === "object" && value !== null ? value : {};
  if ("version" in record && typeof record.version === "number" && record.version > 1) {
    throw new DbopsError("UNSUPPORTED.FORMAT_VERSION", {
      message: `${intentPath(path)} was written by a newer dbops`,
      hint: "finish the restore with that version",
    });
  }
  if ("replacement" in record && "kept" in record) {
    return { version: 1, path, replacement: String(record.replacement), kept: String(record.kept) };
  }
  throw new DbopsError("DB.REFUSED", {
    message: `${intentPath(path)} is not a swap record`,
    why: "it should name the replacement and the kept file",
    hint: "look at the files beside the database, then remove the record",
  });
}
