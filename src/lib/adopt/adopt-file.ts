import { stat } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Fingerprint } from "../../drivers/fingerprint-model.js";
import type { RestoreSource } from "../../drivers/restore-model.js";
import { backupId, manifestName } from "../backup/backup-name.js";
import { readCatalog } from "../backup/catalog.js";
import { type Manifest, type ManifestBody, type ManifestPart, sealManifest } from "../backup/manifest.js";
import { refreshRecoveryNote } from "../backup/refresh-recovery-note.js";
import type { BackupServices } from "../backup/services.js";
import { storePart } from "../backup/store-part.js";
import { verifyBackup } from "../backup/verify-backup.js";
import { DbopsError, foreignCode, messageOf } from "../core/errors.js";
import { formatBytes } from "../core/units.js";
import { fileRecipe } from "../restore/file-recipe.js";
import { fileSource } from "../restore/file-source.js";
import type { FoundFile } from "../restore/find-source.js";
import type { AdoptRequest } from "./adopt-request.js";
import { adoptedManifest } from "./adopted-manifest.js";

export interface AdoptedBackup {
  readonly manifest: Manifest;
  /** Why its content could not be looked at by a restore; null when it was. */
  readonly unseen: DbopsError | null;
}

/**
 * Takes in a dump or database file that another program made: reads it to its end, restores it into a scratch place for
 * its fingerprint, stores a copy as the target's settings say and gives it a manifest. The caller holds the store's lock.
 */
export async function adoptFile(request: AdoptRequest, services: BackupServices): Promise<AdoptedBackup> {
  const { clock, ids } = services.driverContext;
  const startedMs = clock.monotonicMs();
  const file = await findFile(request);
  const source = fileSource(file, { keys: request.keys, services });
  const facts = await request.engine.inspect(file.recipe.kind, await source.openMain(), services.driverContext);
  const { fingerprint, unseen } = await look(source, facts.serverVersion, { request, services });
  const id = backupId(request.name, file.modifiedAt, ids.hex(6));
  const part = await store(source, id, { request, services });
  const { serverVersion } = facts;
  const draft = adoptedManifest({ id, file, part, fingerprint, serverVersion }, request, services);
  const manifest = await publish(draft, startedMs, { request, services });
  return { manifest, unseen };
}

interface Work {
  readonly request: AdoptRequest;
  readonly services: BackupServices;
}

async function findFile({ path, engine }: AdoptRequest): Promise<FoundFile> {
  const facts = await stat(path).catch((cause: unknown) => {
    throw new DbopsError("USAGE.INVALID", {
      message: `${path} cannot be read`,
      why: foreignCode(cause) === "ENOENT" ? "there is no such file" : messageOf(cause),
      cause,
    });
  });
  const recipe = fileRecipe(path, facts.isDirectory());
  if (!engine.fileKinds.includes(recipe.kind)) {
    throw new DbopsError("USAGE.INVALID", {
      message: `${path} is no backup of a ${engine.title} database`,
      why: `its name says .${recipe.kind}, and ${engine.title} knows ${engine.fileKinds.map((kind) => `.${kind}`).join(", ")}`,
    });
  }
  return { kind: "file", path, recipe, sizeBytes: facts.size, modifiedAt: facts.mtime, notice: null };
}

/** What is in it shows only in a restore; where none can be had here, the manifest lists no tables. */
async function look(
  source: RestoreSource,
  serverVersion: string | null,
  { request, services }: Work,
): Promise<{ fingerprint: Fingerprint; unseen: DbopsError | null }> {
  const phase = services.driverContext.progress.phase("looking inside by a restore");
  // Made first: it says what is wrong with the scratch folder before an engine trips over it.
  await services.driverContext.workDir();
  try {
    await using scratch = await request.engine.openScratch(
      { ...request.scratch, serverVersion },
      services.driverContext,
    );
    const copy = await scratch.load(source, { jobs: 2 });
    const fingerprint = await copy.fingerprint("hash");
    phase.done(`${fingerprint.tables.length} tables`);
    return { fingerprint, unseen: null };
  } catch (error) {
    if (!(error instanceof DbopsError && error.code === "BACKUP.UNPROVEN")) throw error;
    const nothing = { algorithm: null, tables: [], schemaAlgorithm: null, schemaHash: "", notCovered: [] };
    return { fingerprint: nothing, unseen: error };
  }
}

async function store(source: RestoreSource, id: string, { request, services }: Work): Promise<ManifestPart> {
  const { storage, compression, level, encryption } = request;
  const context = services.driverContext;
  const phase = context.progress.phase("storing", { total: source.rawBytes ?? undefined, unit: "bytes" });
  const part = {
    kind: "main",
    extension: source.kind,
    estimatedBytes: source.rawBytes,
    produce: async () => ({ stream: await source.openMain(), ended: Promise.resolve({ bytes: source.rawBytes }) }),
  } as const;
  const recipe = { id, compression, level, content: request.engine.content, encryption };
  const { part: stored } = await storePart(part, { storage, recipe, context, phase, plain: null });
  phase.done(`${formatBytes(stored.rawBytes)} as ${formatBytes(stored.storedBytes)}`);
  return stored;
}

async function publish(draft: ManifestBody, startedMs: number, { request, services }: Work): Promise<Manifest> {
  const { storage, keys } = request;
  const { clock, signal } = services.driverContext;
  try {
    const { highestSeq } = await readCatalog(storage);
    const verified = await verifyBackup(draft, "read", { storage, keys, services });
    const durationMs = Math.round(clock.monotonicMs() - startedMs);
    const { manifest, text } = sealManifest({ ...draft, seq: highestSeq + 1, verified, durationMs });
    await storage.put(manifestName(draft.id), Readable.from([text]), signal);
    await refreshRecoveryNote(storage);
    return manifest;
  } catch (error) {
    if ((await storage.stat(manifestName(draft.id))) === null) {
      for (const { file } of draft.parts) await storage.delete(file);
    }
    throw error;
  }
}
