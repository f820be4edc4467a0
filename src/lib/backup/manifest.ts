import { createHash } from "node:crypto";
import { z } from "zod";
import type { Encryption } from "../codec/encrypt.js";
import { canonicalJson } from "../core/canonical-json.js";
import { DbopsError } from "../core/errors.js";
import { manifestName } from "./backup-name.js";

/** The newest manifest version that this dbops reads and the one it writes. */
export const MANIFEST_VERSION = 1;

export const partSchema = z.object({
  kind: z.enum(["main", "globals", "database"]),
  /** A name in the store, never a path out of it. */
  file: z.string().regex(/^[^./\\][^/\\]*$/, "is no file name"),
  rawBytes: z.int().nonnegative(),
  storedBytes: z.int().nonnegative(),
  rawSha256: z.string(),
  storedSha256: z.string(),
});

export const tableSchema = z.object({
  kind: z.enum(["table", "sequence", "largeObjects"]),
  schema: z.string().nullable(),
  name: z.string(),
  rows: z.int().nullable(),
  hash: z.string().nullable(),
});

export const verifiedSchema = z.enum(["none", "stored", "read", "restore"]);

export const conditionSchema = z.object({
  state: z.enum(["sound", "damaged", "unchecked"]),
  details: z.array(z.string()),
});

export const encryptionSchema = z.object({
  kind: z.enum(["recipients", "passphrase"]),
  recipients: z.array(z.string()),
});

const notCoveredSchema = z.object({ kind: z.string(), name: z.string(), reason: z.string() });

const bodySchema = z.object({
  version: z.int(),
  id: z.string(),
  /** The target's name at that time. */
  target: z.string(),
  engine: z.string(),
  /** Extension of the main part. */
  format: z.string(),
  identity: z.string(),
  /** One more than the highest of all backups and marks in the store: order survives a clock that jumps back. */
  seq: z.int().positive(),
  startedAt: z.iso.datetime(),
  /** By the database server's clock. */
  takenAt: z.iso.datetime(),
  durationMs: z.int().nonnegative(),
  run: z.string(),
  tool: z.object({ name: z.string(), version: z.string() }),
  origin: z.object({
    label: z.string(),
    serverVersion: z.string(),
    clientVersion: z.string(),
    systemIdentifier: z.string().nullable(),
    timeline: z.int().nullable(),
    role: z.enum(["primary", "standby"]).nullable(),
    consistencyPoint: z.string().nullable(),
  }),
  isPartial: z.boolean(),
  condition: conditionSchema,
  compression: z.enum(["zstd", "gzip", "none"]),
  encryption: z.object({ kind: z.enum(["recipients", "passphrase"]), recipients: z.array(z.string()) }).nullable(),
  parts: z.array(partSchema).min(1),
  fingerprint: z.object({
    algorithm: z.string().nullable(),
    /** null, or absent in older manifests: the hash is no measure for a copy. */
    schemaAlgorithm: z.string().nullable().default(null),
    schemaHash: z.string(),
    tables: z.array(tableSchema),
    notCovered: z.array(notCoveredSchema),
  }),
  /** What was checked before the manifest was written. */
  verified: verifiedSchema,
  /** Set for files that another program made and `backup adopt` took in. */
  adopted: z.boolean(),
  /** Head of the audit chain when the backup was made; null when none could be kept. */
  auditHead: z.string().nullable(),
});

export const manifestSchema = bodySchema.extend({ sha256: z.string() });

export type ManifestBody = z.infer<typeof bodySchema>;
/** All that is known of a backup, sealed with the SHA-256 of its own canonical text. */
export type Manifest = z.infer<typeof manifestSchema>;
export type ManifestPart = z.infer<typeof partSchema>;

/** Adds the seal and returns the text to store. */
export function sealManifest(body: ManifestBody): { manifest: Manifest; text: string } {
  const manifest = { ...body, sha256: sealOf(body) };
  return { manifest, text: `${JSON.stringify(manifest, null, 2)}\n` };
}

/** Reads a manifest of any version up to ours. BACKUP.MANIFEST_INVALID, UNSUPPORTED.FORMAT_VERSION. */
export function parseManifest(text: string, fileName: string): Manifest {
  const value = parseJson(text, fileName);
  refuseNewer(value, fileName);
  const { sha256, ...body } = value;
  if (sha256 !== sealOf(body))
    throw invalid(fileName, "its text does not match its own SHA-256: it was edited or damaged");
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) throw invalid(fileName, z.prettifyError(parsed.error));
  if (manifestName(parsed.data.id) !== fileName) throw invalid(fileName, `it describes ${parsed.data.id}`);
  return parsed.data;
}

/** How a manifest tells of an encryption: never the secret. */
export function encryptionOf(encryption: Encryption | null): ManifestBody["encryption"] {
  if (encryption === null) return null;
  return { kind: encryption.kind, recipients: encryption.kind === "recipients" ? [...encryption.recipients] : [] };
}

/** The part that holds the data. */
export function mainPart(manifest: ManifestBody): ManifestPart {
  const part = manifest.parts.find(({ kind }) => kind === "main");
  if (part === undefined) throw invalid(`${manifest.id}.json`, "it names no main part");
  return part;
}

function sealOf(body: object): string {
  return createHash("sha256").update(canonicalJson(body)).digest("hex");
}

function parseJson(text: string, fileName: string): Record<string, unknown> {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    throw invalid(fileName, "it is not a JSON object");
  }
}

function refuseNewer(value: Record<string, unknown>, fileName: string): void {
  const { version } = value;
  if (typeof version !== "number" || version <= MANIFEST_VERSION) return;
  throw new DbopsError("UNSUPPORTED.FORMAT_VERSION", {
    message: `${fileName} has format version ${version}`,
    why: `this dbops reads versions up to ${MANIFEST_VERSION}`,
    hint: "use the dbops that wrote it, or a newer one",
  });
}

function invalid(fileName: string, why: string): DbopsError {
  return new DbopsError("BACKUP.MANIFEST_INVALID", {
    message: `the manifest ${fileName} cannot be trusted`,
    why,
    hint: "the data files may still be whole: `dbops backup adopt FILE -t TARGET` checks them and writes a new manifest",
  });
}
