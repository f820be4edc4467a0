import { posix } from "node:path";
import { DbopsError } from "../core/errors.js";
import type { ExportManifest } from "../transfer/export-manifest.js";
import { EXPORT_MANIFEST_NAME, EXPORT_MANIFEST_VERSION } from "../transfer/export-names.js";
import type { ArchiveMember } from "./archive-member.js";
import { readRange } from "./read-bytes.js";

const MOST_BYTES = 256 * 1024 * 1024;

export interface FoundManifest {
  readonly manifest: ExportManifest;
  readonly place: string;
  /** The path before the names of its files: "" or ending in "/". */
  readonly prefix: string;
}

/**
 * The manifest of an export among the files of a folder or archive; null when there is none, or only a file of that name
 * that is something else. IMPORT.MANIFEST_INVALID, UNSUPPORTED.FORMAT_VERSION.
 */
export async function findManifest(members: readonly ArchiveMember[]): Promise<FoundManifest | null> {
  const member = members.find(
    ({ name }) => name.split("/").length <= 2 && posix.basename(name) === EXPORT_MANIFEST_NAME,
  );
  if (member === undefined) return null;
  const { place } = member.source;
  const text = (await readRange(member.source, 0, MOST_BYTES)).toString("utf8");
  // It may be anybody's file, unless it begins as ours do: then it was damaged.
  const isOurs = /^\s*\{\s*"version"\s*:/.test(text);
  const content = parsed(text);
  if (content === undefined && isOurs) throw invalid(place, "it is no JSON");
  if (!isObject(content) || !("engine" in content) || !("tables" in content)) return null;
  return { manifest: await checked(content, place), place, prefix: member.name.slice(0, -EXPORT_MANIFEST_NAME.length) };
}

async function checked(content: object, place: string): Promise<ExportManifest> {
  const version: unknown = "version" in content ? content.version : null;
  if (typeof version === "number" && version > EXPORT_MANIFEST_VERSION) throw newer(place, version);
  const { exportManifestSchema } = await import("../transfer/export-manifest.js");
  const result = exportManifestSchema.safeParse(content);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw invalid(place, issue === undefined ? "it misses something" : `${issue.path.join(".")}: ${issue.message}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function newer(place: string, version: number): DbopsError {
  return new DbopsError("UNSUPPORTED.FORMAT_VERSION", {
    message: `${place} was written by a newer dbops`,
    why: `it has version ${version}; this dbops reads up to ${EXPORT_MANIFEST_VERSION}`,
    hint: "use that dbops, or a newer one",
  });
}

function invalid(place: string, why: string): DbopsError {
  return new DbopsError("IMPORT.MANIFEST_INVALID", {
    message: `${place} is no valid manifest of an export`,
    why,
    hint: "get the export again; without its manifest the files can be imported as they stand",
  });
}
