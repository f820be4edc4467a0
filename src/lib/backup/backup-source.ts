import { text } from "node:stream/consumers";
import type { RestoreSource } from "../../drivers/restore-model.js";
import { type ManifestBody, mainPart } from "./manifest.js";
import { type ReadOptions, readPart } from "./read-part.js";

/** A backup of a store as something that can be loaded. */
export function backupSource(manifest: ManifestBody, options: ReadOptions): RestoreSource {
  const main = mainPart(manifest);
  return {
    kind: manifest.format,
    rawBytes: main.rawBytes,
    serverVersion: manifest.origin.serverVersion,
    databaseName: manifest.target,
    openMain: () => readPart(main, options),
    readPart: async (kind) => {
      const part = manifest.parts.find((candidate) => candidate.kind === kind);
      return part === undefined ? null : await text(await readPart(part, options));
    },
  };
}
