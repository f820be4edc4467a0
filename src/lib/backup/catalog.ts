import { text } from "node:stream/consumers";
import { DbopsError } from "../core/errors.js";
import type { ObjectFacts, Storage } from "../storage/storage.js";
import { idOfDeletion, idOfFile, idOfManifest } from "./backup-name.js";
import { type Manifest, parseManifest } from "./manifest.js";
import {
  type AcceptedMark,
  type DamagedMark,
  type FailedMark,
  type Mark,
  type ProofMark,
  parseMark,
  parseMarkName,
} from "./marks.js";

/** One backup of a store, with what became known of it later. */
export interface CatalogEntry {
  readonly manifest: Manifest;
  /** Newest first. */
  readonly proofs: readonly ProofMark[];
  readonly accepted: AcceptedMark | null;
  /** The newest problem found by a verification after the newest proof, if any. */
  readonly damaged: DamagedMark | null;
  /** Files that the manifest names and the store lacks, or holds with another size. */
  readonly missing: readonly string[];
  /** Those of them that are there, with another size. */
  readonly misfits: readonly { readonly file: string; readonly bytes: number; readonly expectedBytes: number }[];
}

export interface InvalidManifest {
  /** By the file's name: what the text says is not to be trusted. */
  readonly id: string;
  readonly file: string;
  readonly problem: string;
  /** BACKUP.MANIFEST_INVALID, UNSUPPORTED.FORMAT_VERSION or STORE.NOT_READABLE. */
  readonly error: DbopsError;
}

/** The folder itself is the catalog: what its manifests and marks say now. */
export interface Catalog {
  readonly storage: Storage;
  /** Newest first, by (takenAt, seq). */
  readonly entries: readonly CatalogEntry[];
  /** Newest first, by seq; those of older versions have none and are last, by time. */
  readonly failures: readonly FailedMark[];
  /** Runs in doubt that somebody accepted: backups and failures alike. */
  readonly accepted: readonly AcceptedMark[];
  /** Manifests that cannot be trusted, with the reason. */
  readonly invalid: readonly InvalidManifest[];
  /** Files named like a backup's without a manifest: left by a killed run, or the manifest is lost. No backups, and not on their way out. */
  readonly orphans: readonly string[];
  /** Of all backups and marks. */
  readonly highestSeq: number;
}

/** Reads every manifest and mark of a store. STORE.NOT_READABLE. */
export async function readCatalog(storage: Storage): Promise<Catalog> {
  const objects = await storage.list("");
  const sizes = new Map(objects.map(({ name, bytes }) => [name, bytes]));
  const { manifests, invalid } = await readManifests(storage, objects);
  const marks = await readMarks(storage, objects);
  const entries = manifests.map((manifest) => entryOf(manifest, marks, sizes)).sort(newestFirst);
  const failures = marks.filter((mark) => mark.kind === "failed").sort(latestFirst);
  const accepted = marks.filter((mark) => mark.kind === "accepted");
  const highestSeq = Math.max(0, ...[...manifests, ...failures, ...accepted].map(({ seq }) => seq ?? 0));
  return { storage, entries, failures, accepted, invalid, orphans: orphansOf(objects), highestSeq };
}

/** Newest first, by the server's clock and then by sequence. */
export function newestFirst(a: CatalogEntry, b: CatalogEntry): number {
  const byTime = Date.parse(b.manifest.takenAt) - Date.parse(a.manifest.takenAt);
  return byTime === 0 ? b.manifest.seq - a.manifest.seq : byTime;
}

function latestFirst(a: FailedMark, b: FailedMark): number {
  return (b.seq ?? 0) - (a.seq ?? 0) || b.at.localeCompare(a.at);
}

function orphansOf(objects: readonly ObjectFacts[]): string[] {
  const described = new Set(objects.flatMap(({ name }) => idOfManifest(name) ?? idOfDeletion(name) ?? []));
  return objects
    .map(({ name }) => name)
    .filter((name) => parseMarkName(name) === null && idOfManifest(name) === null)
    .filter((name) => {
      const id = idOfFile(name);
      return id !== null && !described.has(id);
    });
}

async function readManifests(
  storage: Storage,
  objects: readonly ObjectFacts[],
): Promise<{ manifests: Manifest[]; invalid: InvalidManifest[] }> {
  const manifests: Manifest[] = [];
  const invalid: InvalidManifest[] = [];
  for (const { name } of objects) {
    const id = idOfManifest(name);
    if (id === null) continue;
    try {
      manifests.push(parseManifest(await text(await storage.get(name)), name));
    } catch (error) {
      if (!(error instanceof DbopsError)) throw error;
      invalid.push({ id, file: name, problem: error.why ?? error.message, error });
    }
  }
  return { manifests, invalid };
}

async function readMarks(storage: Storage, objects: readonly ObjectFacts[]): Promise<Mark[]> {
  const marks: Mark[] = [];
  for (const { name } of objects) {
    const named = parseMarkName(name);
    if (named === null) continue;
    const mark = parseMark(named.kind, await readOr(storage, name, ""));
    if (mark !== null && mark.id === named.id) marks.push(mark);
  }
  return marks;
}

/** A mark that cannot be read, or has just been deleted, counts as little as a damaged one. */
async function readOr(storage: Storage, name: string, fallback: string): Promise<string> {
  try {
    return await text(await storage.get(name));
  } catch (error) {
    if (error instanceof DbopsError) return fallback;
    throw error;
  }
}

function entryOf(manifest: Manifest, marks: readonly Mark[], sizes: ReadonlyMap<string, number>): CatalogEntry {
  const own = marks.filter(({ id }) => id === manifest.id).sort((a, b) => b.at.localeCompare(a.at));
  const proofs = own.filter((mark) => mark.kind === "proof");
  const damaged = own.find((mark) => mark.kind === "damaged") ?? null;
  const isHealed = damaged !== null && (proofs[0]?.at ?? "") > damaged.at;
  return {
    manifest,
    proofs,
    accepted: own.find((mark) => mark.kind === "accepted") ?? null,
    damaged: isHealed ? null : damaged,
    missing: manifest.parts.filter(({ file, storedBytes }) => sizes.get(file) !== storedBytes).map(({ file }) => file),
    misfits: manifest.parts.flatMap(({ file, storedBytes: expectedBytes }) => {
      const bytes = sizes.get(file);
      return bytes === undefined || bytes === expectedBytes ? [] : [{ file, bytes, expectedBytes }];
    }),
  };
}
