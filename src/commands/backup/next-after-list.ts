import type { StateKind } from "../../lib/backup/backup-state.js";
import { again } from "../options.js";
import type { ListData } from "./list-schema.js";

/** What the command line said. */
export interface ListScope {
  readonly target: string | null;
  readonly store: string | null;
}

/** A backup where none can be used, a proof where the newest has none, or a look at what a restore would do. */
export function nextAfterList({ backups }: ListData, { target, store }: ListScope): string {
  const [newest] = backups;
  if (newest === undefined) return again("backup", { target, store });
  const names = [...new Set(backups.map((backup) => backup.target))];
  const [lost] = targetsWithoutUsable(backups);
  if (lost !== undefined) return again("backup", { target: target ?? lost, store });
  const unproven = names.find((name) => newestUsable(backups, name)?.state.kind !== "proven");
  if (unproven === undefined)
    return again("restore --from latest --dry-run", { target: target ?? newest.target, store });
  return again("backup verify --level restore", { target: target ?? unproven, store });
}

/** Targets whose every backup is damaged or a part. */
export function targetsWithoutUsable(backups: ListData["backups"]): string[] {
  return [...new Set(backups.map(({ target }) => target))].filter((name) => newestUsable(backups, name) === undefined);
}

function newestUsable(backups: ListData["backups"], name: string): ListData["backups"][number] | undefined {
  return backups.find(({ target, state }) => target === name && CAN_BE_PROVEN.has(state.kind));
}

/** What is damaged or a part does not become proven by another look at it. */
const CAN_BE_PROVEN: ReadonlySet<StateKind> = new Set(["proven", "read", "stored", "unverified"]);
