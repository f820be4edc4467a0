import type { StateKind } from "../../lib/backup/backup-state.js";
import { again } from "../options.js";
import type { ListData } from "./list-schema.js";

/** What the command line said. */
export interface ListScope {
  readonly target: string | null;
  readonly store: string | null;
}

/** A first backup, a proof where the newest has none, or a look at what a restore would do. */
export function nextAfterList({ backups }: ListData, { target, store }: ListScope): string {
  const [newest] = backups;
  if (newest === undefined) return again("backup", { target, store });
  const unproven = [...new Set(backups.map((backup) => backup.target))].find(
    (name) =>
      backups.find((backup) => backup.target === name && CAN_BE_PROVEN.has(backup.state.kind))?.state.kind !== "proven",
  );
  if (unproven === undefined)
    return again("restore --from latest --dry-run", { target: target ?? newest.target, store });
  return again("backup verify --level restore", { target: target ?? unproven, store });
}

/** What is damaged or a part does not become proven by another look at it. */
const CAN_BE_PROVEN: ReadonlySet<StateKind> = new Set(["proven", "read", "stored", "unverified"]);
