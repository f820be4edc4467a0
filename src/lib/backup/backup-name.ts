import { createHash } from "node:crypto";
import { COMPRESSION_EXTENSIONS, type Compression } from "../codec/choose-compression.js";
import { basicTime } from "../core/clock.js";

const LONGEST_NAME = 120;
const STEM = /^.+_\d{8}T\d{6}Z_[0-9a-f]{6}$/;

export interface FileRecipe {
  /** `main`, or the word before the extension of a smaller part. */
  readonly part: string;
  readonly extension: string;
  readonly compression: Compression;
  readonly isEncrypted: boolean;
}

/** The ID of a backup and stem of all its files: `<name>_<UTC basic time>_<6 hex>`. */
export function backupId(name: string, at: Date, hex: string): string {
  return `${encodeName(name)}_${basicTime(at)}_${hex}`;
}

/** The name and the UTC basic time in an ID, as they stand there. */
export function splitId(id: string): { readonly name: string; readonly time: string } {
  const match = /^(.+)_(\d{8}T\d{6}Z)_[0-9a-f]{6}$/.exec(id);
  return { name: match?.[1] ?? id, time: match?.[2] ?? "" };
}

/** Bytes outside [A-Za-z0-9._-] as %XX; a leading dot too; long names cut at 120 with a hash. */
export function encodeName(name: string): string {
  const encoded = [...Buffer.from(name, "utf8")].map(encodeByte).join("").replace(/^\./, "%2E");
  if (encoded.length <= LONGEST_NAME) return encoded;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 12);
  return `${encoded.slice(0, LONGEST_NAME - 13).replace(/%[0-9A-F]?$/, "")}-${hash}`;
}

function encodeByte(byte: number): string {
  const letter = String.fromCharCode(byte);
  return /[A-Za-z0-9._-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

/** The file name whose extensions say how to undo it: `<id>[.part].<extension>[.zst|.gz][.age]`. */
export function partFileName(id: string, recipe: FileRecipe): string {
  const part = recipe.part === "main" ? "" : `.${recipe.part}`;
  const outer = COMPRESSION_EXTENSIONS[recipe.compression];
  return `${id}${part}.${recipe.extension}${outer}${recipe.isEncrypted ? ".age" : ""}`;
}

/** The outer layers of any file name, read from its end. */
export function outerLayers(fileName: string): { inner: string; compression: Compression; isEncrypted: boolean } {
  const isEncrypted = fileName.endsWith(".age");
  const packed = isEncrypted ? fileName.slice(0, -4) : fileName;
  if (packed.endsWith(".zst")) return { inner: packed.slice(0, -4), compression: "zstd", isEncrypted };
  if (packed.endsWith(".gz")) return { inner: packed.slice(0, -3), compression: "gzip", isEncrypted };
  return { inner: packed, compression: "none", isEncrypted };
}

export function manifestName(id: string): string {
  return `${id}.json`;
}

/** Stands in the store while a backup is being deleted. */
export function deletionName(id: string): string {
  return `${id}.deleting.json`;
}

/** The ID when `fileName` is that of a deletion under way, else null. */
export function idOfDeletion(fileName: string): string | null {
  const stem = fileName.endsWith(".deleting.json") ? fileName.slice(0, -".deleting.json".length) : "";
  return STEM.test(stem) ? stem : null;
}

/** The ID when `fileName` is that of a manifest, else null. */
export function idOfManifest(fileName: string): string | null {
  const stem = fileName.endsWith(".json") ? fileName.slice(0, -5) : "";
  return STEM.test(stem) ? stem : null;
}

/** The ID that any file of a backup begins with, or null for a foreign file. */
export function idOfFile(fileName: string): string | null {
  return /^(.+_\d{8}T\d{6}Z_[0-9a-f]{6})\.[^/]+$/.exec(fileName)?.[1] ?? null;
}
