import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { lockFinding, seenLocksIn } from "../../lib/system/seen-locks.js";
import type { Diagnosis } from "../driver.js";
import { loadingPrefix } from "./file-owner.js";
import { lockPathOf } from "./lock.js";
import { intentPath } from "./swap-intent.js";

/** What dbops itself keeps or has left beside a database file: its lock, and what a killed restore did not finish. */
export async function besideLines(path: string): Promise<readonly Diagnosis[]> {
  const folder = dirname(path);
  const locks = (await seenLocksIn(folder)).filter(({ place }) => place === lockPathOf(path));
  const lines = locks.map((lock): Diagnosis => ({ subject: "lock", ...lockFinding(lock) }));
  const isHeld = locks.some(({ state }) => state !== "left");
  const names = (await readdir(folder)).filter(
    (name) => name.startsWith(loadingPrefix(path)) || name === basename(intentPath(path)),
  );
  if (names.length === 0 || isHeld) return lines;
  return [
    ...lines,
    {
      subject: "leftovers",
      status: "warning",
      detail: `a killed restore left ${names.map((name) => join(folder, name)).join(", ")}`,
      fix: "nothing: the next restore of this file finishes or removes it",
    },
  ];
}
