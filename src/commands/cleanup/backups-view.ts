import { formatLocalTime } from "../../lib/core/local-time.js";
import { formatBytes } from "../../lib/core/units.js";
import type { Block, Cell, View } from "../../lib/core/view.js";
import { again } from "../options.js";
import type { BackupFate, BackupsData } from "./backups-schema.js";

/** What a plan would do, before consent. */
export function fatesView({ kept, dropped, held }: BackupsData): View {
  const rows = [
    ...kept.map((fate) => row(fate, { text: "keep", tone: "good" })),
    ...dropped.map((fate) => row(fate, { text: "drop", tone: "warn" })),
  ];
  const columns = [
    { title: "backup", isWhole: true },
    { title: "taken" },
    { title: "stored", align: "right" },
    { title: "fate" },
    { title: "reason" },
  ] as const;
  const blocks: Block[] = [{ kind: "table", columns, rows, empty: "no backups" }];
  if (held !== null) blocks.push({ kind: "text", text: `Nothing new may go: ${held}.`, tone: "warn" });
  return { blocks };
}

/** The words for a later command. */
export interface CleanupScope {
  readonly target: string | null;
  readonly store: string | null;
  /** Where a run is looked for by its ID alone; null when the configuration says it. */
  readonly storeOfIds: string | null;
}

/** What was done. */
export function backupsView(data: BackupsData, { target, store, storeOfIds }: CleanupScope): View {
  const { dropped, kept, freedBytes, acceptIds } = data;
  const summary =
    dropped.length === 0
      ? `Nothing to drop; ${kept.length} kept.`
      : `Dropped ${dropped.length}, kept ${kept.length}; ${formatBytes(freedBytes)} freed.`;
  const [acceptId] = acceptIds;
  return {
    blocks: [...fatesView(data).blocks, { kind: "text", text: summary }],
    next:
      acceptId === undefined
        ? again("backup list", { target, store })
        : again(`backup accept ${acceptId} --reason "why it is right"`, { target: null, store: storeOfIds }),
  };
}

function row({ id, takenAt, storedBytes, reason }: BackupFate, fate: Cell): Cell[] {
  return [id, formatLocalTime(new Date(takenAt)), formatBytes(storedBytes), fate, reason];
}
