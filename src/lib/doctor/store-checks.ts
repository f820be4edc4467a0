import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnosis } from "../../drivers/driver.js";
import { type Catalog, readCatalog } from "../backup/catalog.js";
import { DbopsError } from "../core/errors.js";
import { shellWord } from "../core/shell-word.js";
import { formatBytes, formatDuration, formatNumberOf } from "../core/units.js";
import type { Storage } from "../storage/storage.js";
import { lockFinding, type SeenLock, seenLocksIn } from "../system/seen-locks.js";
import { type FolderFacts, folderFacts, modeText } from "./folder-facts.js";
import { errorLine, failureLine, okLine, warningLine } from "./lines.js";
import { spaceLine } from "./space-line.js";
import type { ExaminedTarget } from "./target-checks.js";

/** Clocks of two machines differ by seconds; a backup from further ahead means that one of them jumped. */
const FUTURE_MS = 5 * 60_000;

/** One store: may it be written, is there room, what is in it, who holds it, what was left behind. */
export async function storeChecks(
  storage: Storage,
  users: readonly ExaminedTarget[],
  now: Date,
): Promise<readonly Diagnosis[]> {
  const { folder } = storage;
  if (folder === null) return [okLine("store", storage.label)];
  const facts = await folderFacts(folder);
  const lines = [placeLine(folder, facts)];
  if (!facts.isFolder) return lines;
  if (!facts.exists) return [...lines, spaceLine("store space", { folder, facts, neededBytes: roomFor(users, null) })];
  lines.push(modeLine(folder, facts));
  const locks = await seenLocksIn(folder);
  try {
    const catalog = await readCatalog(storage);
    lines.push(
      spaceLine("store space", { folder, facts, neededBytes: roomFor(users, catalog) }),
      ...contentLines(catalog, now),
    );
  } catch (error) {
    if (!(error instanceof DbopsError)) throw error;
    lines.push(failureLine("store contents", error));
    return lines;
  }
  return [
    ...lines,
    ...locks.map((lock) => ({ subject: "store lock", ...lockFinding(lock) })),
    ...(await partialLines(folder, locks)),
  ];
}

function placeLine(folder: string, { exists, isFolder, canWrite, uid }: FolderFacts): Diagnosis {
  if (!isFolder)
    return errorLine("store", `${folder} is, or lies below, a file`, "choose a folder with --store or backup.store");
  if (canWrite) return okLine("store", exists ? folder : `${folder}, made by the first backup`);
  const detail = exists ? `${folder} cannot be written` : `${folder} does not exist and cannot be made`;
  return errorLine("store", detail, `run dbops as the user with id ${uid}, or let this one write there`);
}

function modeLine(folder: string, { mode }: FolderFacts): Diagnosis {
  const detail = `mode ${modeText(mode)}`;
  const fix = `chmod 700 ${shellWord(folder)}`;
  if ((mode & 0o002) !== 0) return errorLine("store permissions", `${detail}: everybody may delete backups`, fix);
  if ((mode & 0o077) !== 0) return warningLine("store permissions", `${detail}: others may look into it`, fix);
  return okLine("store permissions", detail);
}

/** The next backup is about as large as the last one; without one, at most as large as the database. */
function roomFor(users: readonly ExaminedTarget[], catalog: Catalog | null): number {
  const each = users.map(({ identity, sizeBytes }) => {
    const last = catalog?.entries.find(({ manifest }) => manifest.identity === identity && !manifest.isPartial);
    return last?.manifest.parts.reduce((sum, { storedBytes }) => sum + storedBytes, 0) ?? sizeBytes ?? 0;
  });
  return each.reduce((sum, bytes) => sum + bytes, 0);
}

function contentLines({ entries, invalid }: Catalog, now: Date): Diagnosis[] {
  const [newest] = entries;
  const lines = invalid.map(({ file, problem }) =>
    errorLine(
      "store contents",
      `${file} cannot be trusted: ${problem}`,
      "move it out of the store, or restore it from a copy",
    ),
  );
  if (newest === undefined) return [...lines, okLine("store contents", "no backups")];
  const ageMs = now.getTime() - Date.parse(newest.manifest.takenAt);
  if (ageMs < -FUTURE_MS) {
    const detail = `the newest backup, ${newest.manifest.id}, was taken ${formatDuration(-ageMs)} in the future`;
    return [
      ...lines,
      warningLine("clock", detail, "compare the clocks of this machine and of the database server (NTP)"),
    ];
  }
  return [
    ...lines,
    okLine(
      "store contents",
      `${formatNumberOf("backup", entries.length)}, the newest is ${formatDuration(Math.max(0, ageMs))} old`,
    ),
  ];
}

/** While somebody holds the store, a partial file is a backup that is being written. */
async function partialLines(folder: string, locks: readonly SeenLock[]): Promise<readonly Diagnosis[]> {
  if (locks.some(({ state }) => state !== "left")) return [];
  const names = (await readdir(folder)).filter((name) => name.endsWith(".partial") && !name.startsWith("."));
  if (names.length === 0) return [];
  const facts = await Promise.all(names.map((name) => stat(join(folder, name))));
  const bytes = facts.reduce((sum, { size }) => sum + size, 0);
  const detail = `${names.length} half-written files of killed runs, ${formatBytes(bytes)}`;
  return [warningLine("store leftovers", detail, "nothing: the next backup into this store removes them")];
}
