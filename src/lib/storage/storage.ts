import type { Readable } from "node:stream";

/** What `put` has stored, counted and hashed while writing. */
export interface StoredObject {
  readonly bytes: number;
  readonly sha256: string;
}

export interface ObjectFacts {
  readonly name: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

/** Where backups live: flat names, whole objects, no rename, append or rewrite, so that object stores fit. */
export interface Storage {
  /** The place for messages; never holds a secret. */
  readonly label: string;
  /** A folder that can be locked and may hold work files; null for stores that are no folder. */
  readonly folder: string | null;
  /** Nothing is visible under `name` until everything is durable. STORE.EXISTS, STORE.NOT_WRITABLE, RESOURCE.DISK_FULL. */
  put(name: string, content: Readable, signal: AbortSignal): Promise<StoredObject>;
  /** From byte `from`. BACKUP.PART_MISSING, STORE.NOT_READABLE. */
  get(name: string, from?: number): Promise<Readable>;
  /** Sorted by name. An absent store is empty. */
  list(prefix: string): Promise<readonly ObjectFacts[]>;
  stat(name: string): Promise<ObjectFacts | null>;
  delete(name: string): Promise<void>;
  isWritable(): Promise<boolean>;
  /** Removes what killed runs left half written, or one run alone; nobody may be writing it. Returns the names removed. */
  sweep(run?: string): Promise<readonly string[]>;
}
