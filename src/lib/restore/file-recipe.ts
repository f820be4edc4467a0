import { basename } from "node:path";
import { outerLayers } from "../backup/backup-name.js";
import type { Compression } from "../codec/choose-compression.js";
import { DbopsError } from "../core/errors.js";

/** How a file is undone, read from its name alone. */
export interface FileRecipe {
  /** One of the kinds that engines load. */
  readonly kind: string;
  readonly compression: Compression;
  readonly isEncrypted: boolean;
  readonly isFolder: boolean;
}

/** Endings that this and other programs give to their files, longest first, with the kind they stand for. */
const ENDINGS = [
  [".pgdir.tar", "pgdir.tar"],
  [".sqlite3", "sqlite"],
  [".sqlite", "sqlite"],
  [".pgdump", "pgdump"],
  [".backup", "pgdump"],
  [".dump", "pgdump"],
  [".sql", "sql"],
  [".db", "sqlite"],
] as const;

/** The kind that a folder made by a parallel dump is streamed as. */
const FOLDER_KIND = "pgdir.tar";

/** Reads the recipe from a file's name. USAGE.INVALID for a name that says nothing. */
export function fileRecipe(path: string, isFolder: boolean): FileRecipe {
  if (isFolder) return { kind: FOLDER_KIND, compression: "none", isEncrypted: false, isFolder };
  const { inner, compression, isEncrypted } = outerLayers(basename(path));
  const ending = ENDINGS.find(([text]) => inner.toLowerCase().endsWith(text));
  if (ending !== undefined) return { kind: ending[1], compression, isEncrypted, isFolder };
  throw new DbopsError("USAGE.INVALID", {
    message: `it is not known what ${basename(path)} holds`,
    why: "its name has none of the endings .db .sqlite .sql .dump .pgdump .pgdir.tar, with or without .gz .zst and .age",
    hint: "give it (or a link to it) a name that says what it is",
  });
}
