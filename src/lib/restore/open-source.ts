import type { RestoreSource } from "../../drivers/restore-model.js";
import { backupSource } from "../backup/backup-source.js";
import type { BackupServices } from "../backup/services.js";
import type { Keys } from "../codec/decrypt.js";
import { fileSource } from "./file-source.js";
import type { FoundSource } from "./find-source.js";

export interface SourceReading {
  readonly keys: Keys;
  readonly services: BackupServices;
  /** Hears the size of every chunk of stored bytes. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** What was found, as something that can be loaded. */
export function openSource(found: FoundSource, reading: SourceReading): RestoreSource {
  if (found.kind === "file") return fileSource(found, reading);
  return backupSource(found.entry.manifest, { ...reading, storage: found.storage });
}
