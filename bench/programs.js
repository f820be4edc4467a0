import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, readdir } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * True when a program of that name is on PATH.
 * @param {string} name
 */
export async function hasProgram(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) if (await isThere(join(folder, name))) return true;
  return false;
}

/**
 * The folder with initdb and postgres, or null.
 * @returns {Promise<string | null>}
 */
export async function findServerPrograms() {
  const told = await run("pg_config", ["--bindir"]).then(
    ({ stdout }) => [stdout.trim()],
    () => [],
  );
  const parent = "/usr/lib/postgresql";
  const versions = (await readdir(parent).catch(() => [])).sort((a, b) => Number(b) - Number(a));
  const onPath = (process.env.PATH ?? "").split(delimiter);
  for (const folder of [...told, ...onPath, ...versions.map((version) => join(parent, version, "bin"))]) {
    if ((await isThere(join(folder, "initdb"))) && (await isThere(join(folder, "postgres")))) return folder;
  }
  return null;
}

/** @param {string} path */
async function isThere(path) {
  return await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
