import { link, open, readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { DbopsError, foreignCode } from "../../lib/core/errors.js";
import { syncFile, syncFolder } from "../../lib/system/files.js";
import { writingOutput } from "../../lib/system/output-file.js";
import type { DriverContext, NewDatabase, TargetAddress } from "../driver.js";
import { giveNew, loadingPrefix, ownerOf } from "./file-owner.js";
import { resolvePath } from "./locate.js";
import { SqliteDriver } from "./sqlite-driver.js";

const SIDE_FILES = ["-wal", "-shm", "-journal"] as const;

/** Begins a database beside where it will be; null when there is one. OUTPUT.UNWRITABLE, OUTPUT.EXISTS for the log of another. */
export async function openNewFile(address: TargetAddress, context: DriverContext): Promise<NewDatabase | null> {
  const path = await resolvePath(address.location);
  if ((await ownerOf(path)) !== null) return null;
  for (const suffix of SIDE_FILES) await refuse(path + suffix);
  const place = join(dirname(path), `${loadingPrefix(path)}${context.ids.hex(12)}`);
  await writingOutput(path, async () => (await open(place, "wx", 0o600)).close());
  try {
    return new NewFile(await SqliteDriver.open(address, context, place), { path, place });
  } catch (error) {
    await remove(place);
    throw error;
  }
}

interface Places {
  readonly path: string;
  readonly place: string;
}

class NewFile implements NewDatabase {
  readonly driver: SqliteDriver;
  readonly #places: Places;

  constructor(driver: SqliteDriver, places: Places) {
    this.driver = driver;
    this.#places = places;
  }

  async publish(): Promise<void> {
    const { path, place } = this.#places;
    await this.driver[Symbol.asyncDispose]();
    for (const suffix of SIDE_FILES) await refuse(path + suffix);
    await writingOutput(path, async () => {
      await giveNew(place);
      await syncFile(place);
      await link(place, path).catch((error: unknown) => Promise.reject(nameTaken(path, error)));
      await rm(place);
      await syncFolder(dirname(path));
    });
    await sweep(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.driver[Symbol.asyncDispose]();
    await remove(this.#places.place);
  }
}

/** A log of that name would be taken for the new database's own. */
async function refuse(path: string): Promise<void> {
  if ((await ownerOf(path)) !== null) throw taken(path);
}

function nameTaken(path: string, error: unknown): unknown {
  return foreignCode(error) === "EEXIST" ? taken(path) : error;
}

function taken(path: string): DbopsError {
  return new DbopsError("OUTPUT.EXISTS", {
    message: `${path} is there`,
    why: "a new database would replace it, or take it for its own",
    hint: "move it away, or name another place",
  });
}

async function remove(place: string): Promise<void> {
  for (const suffix of ["", ...SIDE_FILES]) await rm(place + suffix, { force: true });
}

/** What killed runs have left beside it. */
async function sweep(path: string): Promise<void> {
  const folder = dirname(path);
  for (const name of await readdir(folder)) {
    if (name.startsWith(loadingPrefix(path))) await rm(join(folder, name), { force: true });
  }
}
