import { constants } from "node:fs";
import { access, mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { DbopsError, foreignCode } from "../core/errors.js";
import { randomIds } from "../core/ids.js";
import { openForRead, syncFolder } from "../system/files.js";
import { readingFrom, writingTo } from "./local-errors.js";
import { readerOf } from "./local-reader.js";
import { publish, refuseExisting, writePartial } from "./local-writer.js";
import { checkObjectName } from "./object-name.js";
import type { ObjectFacts, Storage, StoredObject } from "./storage.js";

const PARTIAL = ".partial";

/** A folder as a store; it is made, with mode 0700, by the first `put`. Objects are files of mode 0600. `run` marks what it writes. */
export function openLocalStorage(folder: string, run: string = randomIds.hex(8)): Storage {
  return new LocalStorage(resolve(folder), run);
}

class LocalStorage implements Storage {
  readonly label: string;
  readonly folder: string;
  readonly #run: string;

  constructor(folder: string, run: string) {
    this.label = folder;
    this.folder = folder;
    this.#run = run;
  }

  async put(name: string, content: Readable, signal: AbortSignal): Promise<StoredObject> {
    // The content's maker reports an error in its own way; here it comes out of the iteration.
    content.on("error", () => {});
    try {
      return await this.#store(this.#pathOf(name), content, signal);
    } catch (error) {
      // Whoever makes the content learns the cause, and does not wait for a reader that has gone.
      content.destroy(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  async get(name: string, from = 0): Promise<Readable> {
    const path = this.#pathOf(name);
    try {
      return readerOf(await readingFrom(path, () => openForRead(path)), path, from);
    } catch (error) {
      if (!isMissing(error)) throw error;
      throw new DbopsError("BACKUP.PART_MISSING", {
        message: `${name} is missing`,
        why: `there is no such file in ${this.folder}`,
        cause: error,
      });
    }
  }

  async list(prefix: string): Promise<readonly ObjectFacts[]> {
    const names = (await this.#names()).filter((name) => name.startsWith(prefix) && !name.endsWith(PARTIAL));
    const facts = await Promise.all(names.map((name) => this.#facts(name)));
    return facts.filter((fact) => fact !== null).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async stat(name: string): Promise<ObjectFacts | null> {
    this.#pathOf(name);
    return await this.#facts(name);
  }

  async delete(name: string): Promise<void> {
    const path = this.#pathOf(name);
    await writingTo(path, async () => {
      await rm(path, { force: true });
      if (await this.#exists()) await syncFolder(this.folder);
    });
  }

  async isWritable(): Promise<boolean> {
    try {
      await access(await nearestFolder(this.folder), constants.W_OK | constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }

  async sweep(run?: string): Promise<readonly string[]> {
    const ending = run === undefined ? PARTIAL : `.${run}${PARTIAL}`;
    const leftovers = (await this.#names()).filter((name) => name.endsWith(ending)).sort();
    for (const name of leftovers) {
      const path = join(this.folder, name);
      await writingTo(path, () => rm(path, { force: true }));
    }
    return leftovers;
  }

  async #store(path: string, content: Readable, signal: AbortSignal): Promise<StoredObject> {
    signal.throwIfAborted();
    await refuseExisting(path);
    await this.#makeFolder();
    const partial = `${path}.${randomIds.hex(4)}.${this.#run}${PARTIAL}`;
    const stored = await writePartial(partial, content, signal);
    await publish(partial, path);
    await writingTo(this.folder, () => syncFolder(this.folder));
    return stored;
  }

  #pathOf(name: string): string {
    checkObjectName(name);
    return join(this.folder, name);
  }

  async #makeFolder(): Promise<void> {
    await writingTo(this.folder, async () => {
      const firstMade = await mkdir(this.folder, { recursive: true, mode: 0o700 });
      if (firstMade !== undefined) await syncFolder(dirname(firstMade));
    });
  }

  async #exists(): Promise<boolean> {
    return (await ifPresent(() => stat(this.folder))) !== null;
  }

  /** Names that may be ours: files that begin with a dot are the lock's or somebody else's. */
  async #names(): Promise<readonly string[]> {
    const entries = await readingFrom(this.folder, () => ifPresent(() => readdir(this.folder)));
    return (entries ?? []).filter((name) => !name.startsWith("."));
  }

  async #facts(name: string): Promise<ObjectFacts | null> {
    const path = join(this.folder, name);
    const found = await readingFrom(path, () => ifPresent(() => stat(path)));
    if (found === null || !found.isFile()) return null;
    return { name, bytes: found.size, modifiedAt: found.mtime };
  }
}

async function ifPresent<T>(work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (foreignCode(error) === "ENOENT") return null;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof DbopsError && foreignCode(error.cause) === "ENOENT";
}

async function nearestFolder(folder: string): Promise<string> {
  const isThere = (await ifPresent(() => stat(folder))) !== null;
  return isThere || folder === dirname(folder) ? folder : await nearestFolder(dirname(folder));
}
