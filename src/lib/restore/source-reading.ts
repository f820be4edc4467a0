import type { BackupServices } from "../backup/services.js";
import type { Keys } from "../codec/decrypt.js";

export interface SourceReading {
  readonly keys: Keys;
  readonly services: BackupServices;
  /** Hears the size of every chunk of stored bytes. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}
