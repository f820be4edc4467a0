import type { Compression } from "../codec/choose-compression.js";
import type { InputFormat } from "./read-request.js";

/** What a file's name says about what is in it. */
export interface NamedContent {
  /** Without folder and endings: the table's name, if it is one. */
  readonly stem: string;
  readonly compression: Compression;
  readonly archive: ArchiveKind | null;
  readonly format: InputFormat | null;
}

export type ArchiveKind = "zip" | "tar";

const COMPRESSED = [
  [".zstd", "zstd"],
  [".zst", "zstd"],
  [".gz", "gzip"],
] as const;
const ARCHIVES = [
  [".tar", "tar", "none"],
  [".tgz", "tar", "gzip"],
  [".tzst", "tar", "zstd"],
  [".zip", "zip", "none"],
] as const;
const FORMATS = [
  [".ndjson", "ndjson"],
  [".jsonl", "ndjson"],
  [".json", "json"],
  [".csv", "csv"],
  [".tsv", "tsv"],
  [".tab", "tsv"],
  [".sql", "sql"],
  [".txt", null],
] as const;

/** Reads the endings of a name, in any case. */
export function contentOfName(name: string): NamedContent {
  const outer = COMPRESSED.find(([ending]) => hasEnding(name, ending));
  const inner = outer === undefined ? name : name.slice(0, -outer[0].length);
  const archive = ARCHIVES.find(([ending]) => hasEnding(inner, ending));
  const format = FORMATS.find(([ending]) => hasEnding(inner, ending));
  const ending = archive?.[0] ?? format?.[0] ?? "";
  const stem = inner.slice(0, inner.length - ending.length);
  const compression = outer?.[1] ?? archive?.[2] ?? "none";
  return { stem, compression, archive: archive?.[1] ?? null, format: format?.[1] ?? null };
}

function hasEnding(name: string, ending: string): boolean {
  return name.length > ending.length && name.toLowerCase().endsWith(ending);
}
