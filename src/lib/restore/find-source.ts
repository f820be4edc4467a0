import type { Stats } from "node:fs";
import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Engine } from "../../drivers/driver.js";
import { manifestName } from "../backup/backup-name.js";
import { type CatalogEntry, readCatalog } from "../backup/catalog.js";
import { ofTarget, selectBackup, type Wanted } from "../backup/select-backup.js";
import { DbopsError } from "../core/errors.js";
import { openLocalStorage } from "../storage/local.js";
import type { Storage } from "../storage/storage.js";
import { type FileRecipe, fileRecipe } from "./file-recipe.js";
import type { SourceWish } from "./source-wish.js";

/** A backup of a store, described by its manifest. */
export interface FoundBackup {
  readonly kind: "backup";
  readonly entry: CatalogEntry;
  readonly storage: Storage;
  readonly notice: string | null;
}

/** A file or folder that no manifest describes. */
export interface FoundFile {
  readonly kind: "file";
  readonly path: string;
  readonly recipe: FileRecipe;
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  readonly notice: string | null;
}

export type FoundSource = FoundBackup | FoundFile;

/** Lets a person choose among backups, newest first. */
export type PickBackup = (entries: readonly CatalogEntry[]) => Promise<CatalogEntry>;

export interface FindOptions {
  readonly engine: Engine;
  readonly wanted: () => Promise<Wanted>;
  readonly openStore: () => Storage;
  /** null when nobody can be asked. */
  readonly pick: PickBackup | null;
}

const STEM = /^.+_\d{8}T\d{6}Z_[0-9a-f]{6}(?=\.)/;

/** Finds what the wish means. USAGE.INVALID, BACKUP.NOT_FOUND, BACKUP.AMBIGUOUS, UNSUPPORTED.ENGINE. */
export async function findSource(wish: SourceWish, options: FindOptions): Promise<FoundSource> {
  const found = wish.kind === "file" ? await findFile(wish.path) : await findBackup(wish, options);
  refuseOtherKind(found, options.engine);
  return found;
}

async function findBackup(wish: Exclude<SourceWish, { kind: "file" }>, options: FindOptions): Promise<FoundBackup> {
  if (wish.kind === "ask") return await askFor(options);
  const storage = options.openStore();
  const catalog = await readCatalog(storage);
  const wanted = wish.choice.kind === "id" ? null : await options.wanted();
  return { kind: "backup", storage, ...selectBackup(catalog, wish.choice, wanted) };
}

async function askFor({ pick, openStore, wanted }: FindOptions): Promise<FoundBackup> {
  if (pick === null) {
    throw new DbopsError("USAGE.INVALID", {
      message: "it is not said which backup to restore",
      why: "nobody can be asked, and dbops does not guess",
      hint: "add --from latest, --from ID, --from FILE or --before TIME; `dbops backup list` shows what there is",
    });
  }
  const storage = openStore();
  const catalog = await readCatalog(storage);
  const whose = await wanted();
  const { entries, notice } = ofTarget(catalog, whose);
  const complete = entries.filter(({ missing }) => missing.length === 0);
  if (complete.length === 0) return { kind: "backup", storage, ...selectBackup(catalog, { kind: "latest" }, whose) };
  return { kind: "backup", storage, entry: await pick(complete), notice };
}

/** A file of a store brings its manifest, when that can be trusted. */
async function findFile(path: string): Promise<FoundSource> {
  const name = basename(path);
  const facts = await stat(path);
  const id = facts.isFile() ? STEM.exec(name)?.[0] : undefined;
  if (id === undefined) return foundFile(path, facts, null);
  const storage = openLocalStorage(dirname(path));
  const { entries, invalid } = await readCatalog(storage);
  const entry = entries.find(({ manifest }) => manifest.id === id);
  const isNamed = entry?.manifest.parts.some(({ file }) => file === name) === true || name === manifestName(id);
  if (entry !== undefined && isNamed) return { kind: "backup", entry, storage, notice: null };
  const broken = invalid.find(({ file }) => file === manifestName(id));
  const notice = broken === undefined ? null : `the manifest ${broken.file} cannot be trusted: ${broken.problem}`;
  return foundFile(path, facts, notice);
}

function foundFile(path: string, facts: Stats, notice: string | null): FoundFile {
  const recipe = fileRecipe(path, facts.isDirectory());
  return { kind: "file", path, recipe, sizeBytes: facts.size, modifiedAt: facts.mtime, notice };
}

function refuseOtherKind(found: FoundSource, engine: Engine): void {
  const kind = found.kind === "backup" ? found.entry.manifest.format : found.recipe.kind;
  if (engine.fileKinds.includes(kind)) return;
  throw new DbopsError("UNSUPPORTED.ENGINE", {
    message: `a .${kind} file cannot be restored into ${engine.title}`,
    why: `${engine.title} loads ${engine.fileKinds.map((each) => `.${each}`).join(", ")}`,
    hint: "choose another backup, or another target by --to",
  });
}
