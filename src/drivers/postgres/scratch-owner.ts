import { readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { writeFileAtomically } from "../../lib/system/files.js";
import { endOrphan, isAlive, markProcess, type ProcessMark } from "../../lib/system/processes.js";

/** Begins the names of a run's scratch folders: whoever finds its lock can tell them by it as well. */
export function scratchPrefix(run: string): string {
  return `dbops-${run}-`;
}

const FOLDER = /^dbops-/;
const OWNER = "owner.json";

export interface ScratchOwner {
  /** What fills the folder: initdb, then the server; null before either. */
  readonly server: { readonly pid: number } | null;
  /** A folder elsewhere that holds its sockets, where this one's path is too long. */
  readonly sockets: string | null;
}

interface ReadOwner {
  readonly dbops: ProcessMark;
  readonly server: ProcessMark | null;
  readonly sockets: string | null;
}

/** Says whose the folder is: written before anything else is in it, and again for each process that works there. */
export async function writeOwner(folder: string, { server, sockets }: ScratchOwner): Promise<void> {
  const owner: ReadOwner = {
    dbops: await markProcess(process.pid),
    server: server === null ? null : await markProcess(server.pid),
    sockets,
  };
  await writeFileAtomically(join(folder, OWNER), JSON.stringify(owner));
}

/** Ends and removes clusters whose dbops was killed, in whatever state; a folder without a readable owner is left alone. */
export async function sweepScratch(dir: string): Promise<void> {
  for (const name of (await readdir(dir)).filter((entry) => FOLDER.test(entry))) {
    const owner = await readOwner(join(dir, name, OWNER));
    if (owner === null || (await isAlive(owner.dbops))) continue;
    if (owner.server !== null) await endOrphan(owner.server);
    if (owner.sockets !== null && isSocketsFolder(owner.sockets)) await remove(owner.sockets);
    await remove(join(dir, name));
  }
}

/** A process that has just been killed may still be writing. */
async function remove(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
}

function isSocketsFolder(path: string): boolean {
  return dirname(path) === tmpdir() && FOLDER.test(basename(path));
}

async function readOwner(path: string): Promise<ReadOwner | null> {
  const value = parsed(await readFile(path, "utf8").catch(() => "null"));
  if (typeof value !== "object" || value === null || !("dbops" in value && "server" in value)) return null;
  const { dbops, server } = value;
  const sockets = "sockets" in value && typeof value.sockets === "string" ? value.sockets : null;
  if (!isMark(dbops) || !(server === null || isMark(server))) return null;
  return { dbops, server, sockets };
}

/** A crash of the machine leaves an empty file, which says nothing. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isMark(value: unknown): value is ProcessMark {
  if (typeof value !== "object" || value === null || !("pid" in value && "startTicks" in value)) return false;
  return typeof value.pid === "number" && typeof value.startTicks === "string";
}
