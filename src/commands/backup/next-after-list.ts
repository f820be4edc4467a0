import { isComparable } from "../../lib/backup/backup-report.js";
import type { StateKind } from "../../lib/backup/backup-state.js";
import { again } from "../options.js";
import type { ListData } from "./list-schema.js";

/** What the command line said, and the names that it could have said. */
export interface ListScope {
  readonly target: string | null;
  readonly store: string | null;
  readonly configured: readonly string[];
}

/**
 * A backup where none can be used, a proof where the newest has none, or a look at what a restore would do. A name that
 * only the store knows is no word of a command line: its backups are named by their IDs.
 */
export function nextAfterList({ backups }: ListData, scope: ListScope): string {
  const { target, store, configured } = scope;
  const [newest] = backups;
  if (newest === undefined) return firstBackup(scope);
  const wordOf = (name: string) => target ?? configured.find((known) => known === name);
  const names = [...new Set(backups.map((backup) => backup.target))];
  const [lost] = targetsWithoutUsable(backups);
  if (lost !== undefined) {
    const word = wordOf(lost);
    return word === undefined ? showOf(backups, lost, scope) : again("backup", { target: word, store });
  }
  const unproven = names.map((name) => newestUsable(backups, name)).find(isToBeProven);
  if (unproven !== undefined) {
    const word = wordOf(unproven.target);
    const verify = "backup verify --level restore";
    return word === undefined
      ? again(`${verify} --id ${unproven.id.slice(-6)}`, scope)
      : again(verify, { target: word, store });
  }
  const word = wordOf(newest.target);
  return word === undefined
    ? showOf(backups, newest.target, scope)
    : again("restore --from latest --dry-run", { target: word, store });
}

/** Targets whose every backup is damaged or a part. */
export function targetsWithoutUsable(backups: ListData["backups"]): string[] {
  return [...new Set(backups.map(({ target }) => target))].filter((name) => newestUsable(backups, name) === undefined);
}

function firstBackup({ target, store, configured }: ListScope): string {
  if (target !== null || configured.length === 1) return again("backup", { target, store });
  return configured.length === 0 ? "dbops backup --help" : again("backup --all", { target: null, store });
}

/** From there a restore goes on by the place that was backed up. */
function showOf(backups: ListData["backups"], name: string, { store }: ListScope): string {
  const id = (newestUsable(backups, name) ?? backups.find(({ target }) => target === name))?.id ?? "";
  return again(`backup show ${id.slice(-6)}`, { target: null, store });
}

function newestUsable(backups: ListData["backups"], name: string): ListData["backups"][number] | undefined {
  return backups.find(({ target, state }) => target === name && CAN_BE_PROVEN.has(state.kind));
}

function isToBeProven(backup: ListData["backups"][number] | undefined): boolean {
  return backup !== undefined && backup.state.kind !== "proven" && isComparable(backup);
}

/** What is damaged or a part does not become proven by another look at it. */
const CAN_BE_PROVEN: ReadonlySet<StateKind> = new Set(["proven", "read", "stored", "unverified"]);
