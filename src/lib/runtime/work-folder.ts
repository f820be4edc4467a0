import { existsSync } from "node:fs";
import { mkdir, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { DbopsError, messageOf } from "../core/errors.js";
import { diskFullError } from "../system/files.js";

export function workFolderPath(scratch: string, run: string): string {
  return join(scratch, `dbops-${run}`);
}

/** Removes the work folder of a run that died, and other throw-away folders of that run; returns their paths. */
export async function removeWorkFolder({
  run,
  workDir,
}: {
  readonly run: string;
  readonly workDir: string | null;
}): Promise<string[]> {
  if (workDir === null || basename(workDir) !== `dbops-${run}`) return [];
  const removed: string[] = [];
  // Sockets need a short path: they may be in the system's own folder for temporary files.
  for (const folder of new Set([dirname(workDir), tmpdir()])) {
    if (!existsSync(folder)) continue;
    const own = (await readdir(folder)).filter((name) => name === `dbops-${run}` || name.startsWith(`dbops-${run}-`));
    for (const name of own) {
      await rm(join(folder, name), { recursive: true, force: true });
      removed.push(join(folder, name));
    }
  }
  return removed;
}

/** A private folder for a run's throw-away files, made on first use and removed at the end. */
export class WorkFolder implements AsyncDisposable {
  readonly path: string;
  #made: Promise<string> | null = null;

  constructor(scratch: string, run: string) {
    this.path = workFolderPath(scratch, run);
  }

  /** Makes it with mode 0700. RESOURCE.DISK_FULL, STORE.NOT_WRITABLE. */
  use(): Promise<string> {
    this.#made ??= this.#make();
    return this.#made;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const made = await this.#made?.catch(() => null);
    if (typeof made === "string") await rm(made, { recursive: true, force: true });
  }

  async #make(): Promise<string> {
    try {
      await mkdir(this.path, { mode: 0o700 });
      return this.path;
    } catch (error) {
      throw (
        diskFullError(error, this.path) ??
        new DbopsError("STORE.NOT_WRITABLE", {
          message: `the scratch folder ${this.path} cannot be made`,
          why: messageOf(error),
          hint: "choose another one with --scratch or backup.scratch",
          cause: error,
        })
      );
    }
  }
}
