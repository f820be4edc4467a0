import { realpath, stat } from "node:fs/promises";
import type { Engine } from "../../drivers/driver.js";
import type { Restorer } from "../../drivers/restore-model.js";
import { DbopsError, foreignCode } from "../core/errors.js";
import type { FoundFile } from "./find-source.js";

/** USAGE.INVALID for a file that is the destination itself, or a live database of which a part lies in files beside it. */
export async function refuseLiveFile({ path }: FoundFile, engine: Engine, { identity }: Restorer): Promise<void> {
  if ((await realpath(path)) === identity.key) {
    throw new DbopsError("USAGE.INVALID", {
      message: `${path} is what would be replaced`,
      why: "--from names the target itself",
      hint: "`dbops restore previous` lists what earlier restores have kept",
    });
  }
  for (const suffix of engine.liveSuffixes ?? []) {
    if ((await sizeOf(path + suffix)) === 0) continue;
    throw new DbopsError("USAGE.INVALID", {
      message: `${path} is not complete by itself`,
      why: `a part of it is in ${path}${suffix}: it is in use, or its application has crashed`,
      hint: `take a backup of it and restore that: dbops backup ${path}`,
    });
  }
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (foreignCode(error) === "ENOENT") return 0;
    throw error;
  }
}
