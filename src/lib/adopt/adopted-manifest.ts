import type { Fingerprint } from "../../drivers/fingerprint-model.js";
import { outerLayers } from "../backup/backup-name.js";
import { encryptionOf, MANIFEST_VERSION, type ManifestBody, type ManifestPart } from "../backup/manifest.js";
import { unknownIdentity } from "../backup/marks.js";
import type { BackupServices } from "../backup/services.js";
import type { FoundFile } from "../restore/find-source.js";
import type { AdoptRequest } from "./adopt-request.js";

export interface AdoptedFacts {
  readonly id: string;
  readonly file: FoundFile;
  readonly part: ManifestPart;
  readonly fingerprint: Fingerprint;
  readonly serverVersion: string | null;
}

/** The manifest of a file that another program made: it was taken when the file was last written. */
export function adoptedManifest(facts: AdoptedFacts, request: AdoptRequest, services: BackupServices): ManifestBody {
  const { id, file, part, fingerprint, serverVersion } = facts;
  return {
    version: MANIFEST_VERSION,
    id,
    target: request.name,
    engine: request.engine.name,
    format: file.recipe.kind,
    identity: request.identity ?? unknownIdentity(request.name),
    seq: 1,
    startedAt: services.driverContext.clock.now().toISOString(),
    takenAt: file.modifiedAt.toISOString(),
    durationMs: 0,
    run: services.run,
    tool: { name: "dbops", version: services.version },
    origin: {
      label: file.path,
      serverVersion: serverVersion ?? "unknown",
      clientVersion: "unknown",
      systemIdentifier: null,
      timeline: null,
      role: null,
      consistencyPoint: null,
    },
    isPartial: false,
    condition: { state: "unchecked", details: [] },
    compression: outerLayers(part.file).compression,
    encryption: encryptionOf(request.encryption),
    parts: [part],
    fingerprint: {
      algorithm: fingerprint.algorithm,
      schemaAlgorithm: fingerprint.schemaAlgorithm,
      schemaHash: fingerprint.schemaHash,
      tables: [...fingerprint.tables],
      notCovered: [...fingerprint.notCovered],
    },
    verified: "none",
    adopted: true,
    auditHead: services.auditHead(),
  };
}
