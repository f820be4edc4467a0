import { link, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { DbopsError, foreignCode, messageOf } from "../../lib/core/errors.js";
import { syncFolder } from "../../lib/system/files.js";
import type { DriverContext } from "../driver.js";
import type { SwapOptions } from "../restore-model.js";
import { holdExclusively } from "./exclusive-hold.js";
import { holdersOf } from "./holders.js";
import { keptFiles, keptName, LOG_SUFFIXES } from "./kept-files.js";
import { carryLogs, exists, readIntent, removeIntent, writeIntent } from "./swap-intent.js";

/** A mount point can be neither linked nor replaced, and some file systems have no hard links. */
const NO_RENAME = new Set(["EBUSY", "EXDEV", "EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "EMLINK"]);

/** When nobody can write the old file any more: what must still be true of it, or an error. */
interface SwapGuard {
  readonly requireUnchanged?: () => Promise<void>;
}

/** Makes `replacement` (same folder, closed) the file at `path`, keeping the old one; returns the kept name. LOCK.SESSIONS. */
export async function swapIn(
  path: string,
  replacement: string,
  options: SwapOptions & SwapGuard,
  context: DriverContext,
): Promise<string | null> {
  const kept = await keptName(path, options.at);
  if (!(await exists(path))) return await placeNew(path, replacement, kept);
  step(context, "keeping other programs out");
  using hold = await holdExclusively(path, options, context);
  await options.requireUnchanged?.();
  const isSimple = hold.isSelfContained && !(await hasLogs(replacement));
  if (isSimple) await swapInOneRename({ path, replacement, kept }, context);
  else await swapWithLogs({ path, replacement, kept }, context);
  await syncFolder(dirname(path));
  step(context, "swapped");
  await warnOfLateComers(kept, context);
  return kept;
}

/** Finishes or undoes what a killed run left; one line for each thing done. Only while the data lock is held. */
export async function recoverSwap(path: string): Promise<readonly string[]> {
  const done: string[] = [];
  const intent = await readIntent(path);
  if (intent !== null) {
    done.push((await exists(intent.replacement)) ? await undoHalf(intent) : await finishHalf(intent));
    await removeIntent(path);
  }
  for (const { name } of await keptFiles(path)) {
    if (!(await isSameFile(name, path))) continue;
    await rm(name);
    done.push(`removed ${name}, a second name of the database from a swap that did not happen`);
  }
  return done;
}

/** A program that opened the old file in the last moment reads and writes what is no longer the database. */
async function warnOfLateComers(kept: string, context: DriverContext): Promise<void> {
  const { sessions } = await holdersOf(kept);
  if (sessions.length === 0) return;
  context.progress.warn(`restart these, they still have the old file open, now ${kept}: ${sessions.join("; ")}`);
}

interface Names {
  readonly path: string;
  readonly replacement: string;
  readonly kept: string;
}

/** Nobody can open the old file now, so its empty log may go; the new file must never meet a log of the old one. */
async function swapInOneRename(names: Names, context: DriverContext): Promise<void> {
  const { path, replacement, kept } = names;
  step(context, "removing the empty log");
  for (const suffix of ["-wal", "-shm", "-journal"]) await rm(path + suffix, { force: true });
  try {
    step(context, "keeping the old file");
    await link(path, kept);
    step(context, "renaming");
    await rename(replacement, path);
  } catch (error) {
    await rm(kept, { force: true });
    throw cannotRename(path, error);
  }
}

/** A log that could not be moved into its file stays with it; the record tells the next run where everything belongs. */
async function swapWithLogs(names: Names, context: DriverContext): Promise<void> {
  const { path, replacement, kept } = names;
  step(context, "recording the swap");
  await writeIntent({ version: 1, ...names });
  try {
    step(context, "keeping the old file");
    await link(path, kept);
    step(context, "moving its log");
    await carryLogs(path, kept);
    await rm(`${path}-shm`, { force: true });
    await syncFolder(dirname(path));
    step(context, "renaming");
    await rename(replacement, path);
  } catch (error) {
    context.progress.warn(await undoHalf(names));
    await removeIntent(path);
    throw cannotRename(path, error);
  }
  step(context, "bringing the log");
  await finishHalf(names);
  step(context, "closing the record");
  await removeIntent(path);
}

async function undoHalf({ path, kept }: Names): Promise<string> {
  const isUndecided = await isLogInUse(kept, path);
  if (!isUndecided) await carryLogs(kept, path);
  if (await isSameFile(kept, path)) await rm(kept);
  if (isUndecided) return undecided(path, kept);
  return `undid a swap of ${path} that was cut short: the old database is in place`;
}

async function finishHalf({ path, replacement }: Names): Promise<string> {
  if (await isLogInUse(replacement, path)) {
    // Under its own name it would be swept with what a killed restore leaves.
    const aside = await freeStem(`${path}.log-before-the-kill`);
    await carryLogs(replacement, aside);
    return undecided(path, aside);
  }
  await carryLogs(replacement, path);
  return `finished a swap of ${path} that was cut short: the new database is in place`;
}

/** True when a log at `from` would take the place of one that a program has written since, or is about to write. */
async function isLogInUse(from: string, to: string): Promise<boolean> {
  if (!(await hasLogs(from))) return false;
  for (const suffix of LOG_SUFFIXES) if ((await exists(to + suffix)) && (await stat(to + suffix)).size > 0) return true;
  return (await holdersOf(to)).sessions.length > 0;
}

async function freeStem(stem: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? stem : `${stem}-${number}`;
    if (!(await hasLogs(name))) return name;
  }
}

function undecided(path: string, left: string): string {
  return (
    `a swap of ${path} was cut short, and a program has used the database since: its log stays, and the log from before ` +
    `is left as ${left}-wal (or -journal), unused. To keep what was written since, remove that file. To go back to what it ` +
    `holds, stop the program, copy ${path} and ${path}-wal elsewhere, then move it to ${path}-wal (or -journal) and remove ${path}-shm`
  );
}

/** A stray log beside a missing database would poison the new one: it is set aside. */
async function placeNew(path: string, replacement: string, kept: string): Promise<null> {
  await carryLogs(path, kept);
  await rm(`${path}-shm`, { force: true });
  try {
    await link(replacement, path);
  } catch (error) {
    if (foreignCode(error) !== "EEXIST") throw cannotRename(path, error);
    throw new DbopsError("RESTORE.TARGET_EXISTS", { message: `${path} has appeared during the restore`, cause: error });
  }
  await rm(replacement);
  await syncFolder(dirname(path));
  return null;
}

async function hasLogs(path: string): Promise<boolean> {
  for (const suffix of LOG_SUFFIXES) if (await exists(path + suffix)) return true;
  return false;
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  if (!(await exists(a)) || !(await exists(b))) return false;
  const [one, other] = await Promise.all([stat(a, { bigint: true }), stat(b, { bigint: true })]);
  return one.dev === other.dev && one.ino === other.ino;
}

function cannotRename(path: string, error: unknown): unknown {
  if (!NO_RENAME.has(foreignCode(error) ?? "")) return error;
  return new DbopsError("RESTORE.NO_RIGHT", {
    message: `cannot put a new file in the place of ${path}`,
    why: `${messageOf(error)}; a file that is a mount point of its own, as in containers, can be neither kept nor replaced`,
    hint: "use --in-place, which writes into the existing file",
    cause: error,
  });
}

function step(context: DriverContext, title: string): void {
  context.progress.phase(title).done();
}
