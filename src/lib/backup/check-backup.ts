import { timed } from "../core/clock.js";
import { asDbopsError, DbopsError } from "../core/errors.js";
import { backupSource } from "./backup-source.js";
import type { CatalogEntry, InvalidManifest } from "./catalog.js";
import { isDamage } from "./damage.js";
import { locateDamage } from "./locate-damage.js";
import type { Mark, ProofMark } from "./marks.js";
import { proveBackup } from "./prove-backup.js";
import { putMark } from "./put-mark.js";
import type { ReadOptions } from "./read-part.js";
import type { BackupServices } from "./services.js";
import { canOpen, verifyBackup } from "./verify-backup.js";

export const CHECK_LEVELS = ["stored", "read", "restore"] as const;
export type CheckLevel = (typeof CHECK_LEVELS)[number];

export interface CheckRequest extends ReadOptions {
  readonly services: BackupServices;
  readonly level: CheckLevel;
  readonly scratch: { readonly dir: string; readonly url: string | null };
  readonly jobs: number;
}

export interface CheckResult {
  readonly id: string;
  /** The level really reached. */
  readonly level: CheckLevel;
  readonly ok: boolean;
  readonly problem: string | null;
  readonly durationMs: number;
  readonly error: DbopsError | null;
  readonly proof: ProofMark | null;
}

/** Verifies one backup to a level; a proof or a problem leaves a mark in the store. Throws only when the run ends. */
export async function checkBackup(entry: CatalogEntry, request: CheckRequest): Promise<CheckResult> {
  const { clock, signal } = request.services.driverContext;
  const { value, durationMs } = await timed(clock, async () => {
    try {
      return { ...(await reach(entry, request)), error: null };
    } catch (thrown) {
      signal.throwIfAborted();
      return { level: request.level, proof: null, error: await damageBehind(asDbopsError(thrown), entry, request) };
    }
  });
  const { error } = value;
  if (error !== null && isDamage(error.code)) await markDamaged(entry, error, request);
  return {
    id: entry.manifest.id,
    ok: error === null,
    problem: error === null ? null : problemOf(error),
    durationMs,
    ...value,
  };
}

/** What a check finds of a backup whose manifest cannot be trusted: nothing says what its files should be. */
export function unreadable({ id, error }: InvalidManifest, level: CheckLevel): CheckResult {
  return { id, level, ok: false, problem: problemOf(error), durationMs: 0, error, proof: null };
}

function problemOf({ message, why }: DbopsError): string {
  return [message, why].filter((text) => text !== null).join(": ");
}

/** A damaged age header looks like somebody else's: the stored checksum tells it from a wrong key. */
async function damageBehind(error: DbopsError, { manifest }: CatalogEntry, request: CheckRequest): Promise<DbopsError> {
  if (error.code !== "BACKUP.WRONG_KEY") return error;
  try {
    await verifyBackup(manifest, "stored", request);
    return error;
  } catch (damage) {
    request.services.driverContext.signal.throwIfAborted();
    return asDbopsError(damage);
  }
}

async function reach(
  entry: CatalogEntry,
  request: CheckRequest,
): Promise<{ readonly level: CheckLevel; readonly proof: ProofMark | null }> {
  if (request.level === "restore") return { level: "restore", proof: await prove(entry, request) };
  return { level: await verifyBackup(entry.manifest, request.level, request), proof: null };
}

async function prove({ manifest }: CatalogEntry, request: CheckRequest): Promise<ProofMark> {
  if (!canOpen(manifest, request)) throw noKey(manifest.id);
  const { services, scratch, jobs } = request;
  const source = backupSource(manifest, request);
  const { mark } = await proveBackup({ manifest, source, scratch, jobs }, services);
  await note({ kind: "proof", ...mark }, request);
  return mark;
}

async function markDamaged(entry: CatalogEntry, error: DbopsError, request: CheckRequest): Promise<void> {
  const { driverContext, run } = request.services;
  const at = driverContext.clock.now().toISOString();
  const { id } = entry.manifest;
  const place = HAS_PLACE.has(error.code) ? await locateDamage(entry.manifest, request) : null;
  await note({ kind: "damaged", version: 1, id, at, problem: error.message, place, run }, request);
}

/** Damage of the files; what a comparison finds is damage of what is in them. */
const HAS_PLACE: ReadonlySet<string> = new Set(["BACKUP.CHECKSUM_MISMATCH", "BACKUP.DAMAGED"]);

/** What was found holds, whether or not the store can keep it. */
async function note(mark: Mark, { storage, services }: CheckRequest): Promise<void> {
  if (await storage.isWritable()) await putMark(storage, mark, services);
  else services.driverContext.progress.warn(`${storage.label} is read-only: "${mark.kind}" is not noted there`);
}

function noKey(id: string): DbopsError {
  return new DbopsError("BACKUP.UNPROVEN", {
    message: `${id} cannot be proven here`,
    why: "it is encrypted, and this machine has no key that opens it",
    hint: "name one by --identity FILE or --passphrase-file FILE, or prove it where the key is",
  });
}

/** What the worst of the results means for the run; null when all are well. */
export function worstOf(results: readonly CheckResult[]): DbopsError | null {
  const errors = results.flatMap(({ error }) => error ?? []);
  return errors.find(({ exitName }) => exitName === "VERIFY") ?? errors[0] ?? null;
}
