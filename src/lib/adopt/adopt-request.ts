import type { Engine } from "../../drivers/driver.js";
import type { Compression } from "../codec/choose-compression.js";
import type { Keys } from "../codec/decrypt.js";
import type { Encryption } from "../codec/encrypt.js";
import type { Storage } from "../storage/storage.js";

export interface AdoptRequest {
  /** Absolute. */
  readonly path: string;
  readonly name: string;
  /** null when the target cannot be asked. */
  readonly identity: string | null;
  readonly engine: Engine;
  readonly storage: Storage;
  readonly compression: Compression;
  readonly level: number | null;
  readonly encryption: Encryption | null;
  readonly keys: Keys;
  readonly scratch: { readonly dir: string; readonly url: string | null };
}
