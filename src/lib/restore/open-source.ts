import type { RestoreSource } from "../../drivers/restore-model.js";
import { backupSource } from "../backup/backup-source.js";
import { fileSource } from "./file-source.js";
import type { FoundSource } from "./find-source.js";
import type { SourceReading } from "./source-reading.js";

/** What was found, as something that can be loaded. */
export function openSource(found: FoundSource, reading: SourceReading): RestoreSource {
  if (found.kind === "file") return fileSource(found, reading);
  return backupSource(found.entry.manifest, { ...reading, storage: found.storage });
}
