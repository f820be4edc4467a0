import type { RestoreSource } from "../../drivers/restore-model.js";
import { timed } from "../core/clock.js";
import { DbopsError } from "../core/errors.js";
import { type Comparison, compareFingerprints, requireEqual, type TableComparison } from "./compare-fingerprints.js";
import type { ManifestBody } from "./manifest.js";
import type { ProofMark } from "./marks.js";
import type { BackupServices } from "./services.js";

export interface ProofRequest {
  readonly manifest: Pick<ManifestBody, "id" | "engine" | "origin" | "fingerprint" | "isPartial">;
  readonly source: RestoreSource;
  readonly scratch: { readonly dir: string; readonly url: string | null };
  readonly jobs: number;
}

export interface Proof {
  readonly mark: ProofMark;
  readonly tables: readonly TableComparison[];
}

/** Restores into a throw-away place and compares every table and the structure. BACKUP.FINGERPRINT_MISMATCH, BACKUP.UNPROVEN. */
export async function proveBackup(request: ProofRequest, services: BackupServices): Promise<Proof> {
  const { driverContext, run, hostName } = services;
  const { manifest } = request;
  if (manifest.isPartial) throw isPartial(manifest.id);
  const phase = driverContext.progress.phase("proving by a restore");
  const { value, durationMs } = await timed(driverContext.clock, () => restoreAndCompare(request, services));
  requireEqual(value, "the restored copy");
  const { tables } = value;
  if (tables.length > 0 && tables.every(({ matches }) => matches === null)) throw nothingCompared(manifest.id);
  phase.done();
  const equal = tables.filter(({ matches }) => matches === true);
  const hashed = equal.filter(({ isHashed }) => isHashed).length;
  const mark: ProofMark = {
    version: 1,
    id: manifest.id,
    at: driverContext.clock.now().toISOString(),
    durationMs,
    hashed,
    counted: equal.length - hashed,
    host: hostName,
    run,
  };
  return { mark, tables };
}

async function restoreAndCompare(request: ProofRequest, services: BackupServices): Promise<Comparison> {
  const { manifest, source, scratch, jobs } = request;
  // Made first: it says what is wrong with the scratch folder before an engine trips over it.
  await services.driverContext.workDir();
  const engine = await services.engine(manifest.engine);
  const place = { ...scratch, serverVersion: manifest.origin.serverVersion };
  await using opened = await engine.openScratch(place, services.driverContext);
  const copy = await opened.load(source, { jobs });
  const found = await copy.fingerprint(manifest.fingerprint.algorithm === null ? "counts" : "hash");
  return compareFingerprints(manifest.fingerprint, found);
}

function nothingCompared(id: string): DbopsError {
  return new DbopsError("BACKUP.UNPROVEN", {
    message: `${id} can be restored, but that is no proof`,
    why: "it was taken without a fingerprint, so there is nothing to compare the restored copy with",
    hint: "take backups with --fingerprint auto, hash or counts",
  });
}

function isPartial(id: string): DbopsError {
  return new DbopsError("BACKUP.UNPROVEN", {
    message: `${id} cannot be proven`,
    why: "it holds some tables only: whether they load alone depends on what they refer to, so it never counts as proof",
    hint: "check it by --level read, and take a whole backup for recoveries",
  });
}
