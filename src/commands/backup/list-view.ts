import { tablesOf } from "../../lib/backup/backup-report.js";
import type { StateKind } from "../../lib/backup/backup-state.js";
import type { ListedBackup } from "../../lib/backup/list-backups.js";
import { formatLocalTime } from "../../lib/core/local-time.js";
import { formatBytes, formatCount, formatDuration } from "../../lib/core/units.js";
import type { Block, Cell, Tone, View } from "../../lib/core/view.js";
import type { ListData } from "./list-schema.js";
import { type ListScope, nextAfterList, targetsWithoutUsable } from "./next-after-list.js";

const TONES: Readonly<Record<StateKind, Tone>> = {
  proven: "good",
  read: "strong",
  stored: "strong",
  unverified: "warn",
  partial: "dim",
  sourceDamaged: "bad",
  incomplete: "bad",
  damaged: "bad",
  failed: "bad",
};

const COLUMNS = [
  { title: "target" },
  { title: "id", isWhole: true },
  { title: "taken", spare: 2 },
  { title: "age", align: "right" },
  { title: "size", align: "right", spare: 4 },
  { title: "rows", align: "right", spare: 5 },
  { title: "took", align: "right", spare: 1 },
  { title: "state" },
  { title: "kept as", spare: 3 },
] as const;

/** A table, newest first, then the newest proven backup of every target and what to do. */
export function listView(data: ListData, input: ListScope): View {
  const rows = [
    ...data.backups.map((backup) => ({ at: backup.takenAt, cells: backupCells(backup) })),
    ...data.failures.map((failure) => ({ at: failure.at, cells: failureCells(failure) })),
  ].sort((a, b) => b.at.localeCompare(a.at));
  const table: Block = {
    kind: "table",
    columns: COLUMNS,
    rows: rows.map(({ cells }) => cells),
    empty: "no backups here",
  };
  return {
    blocks: [table, ...invalidBlocks(data), ...orphanBlocks(data), ...summaryBlocks(data)],
    next: nextAfterList(data, input),
  };
}

function backupCells(backup: ListedBackup): Cell[] {
  const counted = tablesOf(backup).filter(({ rows }) => rows !== null);
  const rows = counted.reduce((sum, table) => sum + (table.rows ?? 0), 0);
  return [
    backup.target,
    backup.id,
    formatLocalTime(new Date(backup.takenAt)),
    formatDuration(Math.max(0, backup.ageSeconds) * 1000),
    formatBytes(backup.storedBytes),
    counted.length === 0 ? "-" : formatCount(rows),
    formatDuration(backup.durationMs),
    { text: backup.state.text, tone: TONES[backup.state.kind] },
    backup.keptAs ?? { text: "to be dropped", tone: "dim" },
  ];
}

function failureCells(failure: ListData["failures"][number]): Cell[] {
  const age = formatDuration(Math.max(0, failure.ageSeconds) * 1000);
  const state = { text: failure.state.text, tone: TONES.failed };
  return [failure.target, failure.id, formatLocalTime(new Date(failure.at)), age, "-", "-", "-", state, ""];
}

function invalidBlocks({ invalid }: ListData): Block[] {
  return invalid.map(({ file, problem }) => ({
    kind: "text",
    tone: "bad",
    text: `${file} is not counted: ${problem}`,
  }));
}

function orphanBlocks({ orphans }: ListData): Block[] {
  return orphans.map(({ file }) => ({
    kind: "text",
    tone: "warn",
    text: `${file} is no backup: no manifest describes it (incomplete; \`dbops backup adopt\` can check it)`,
  }));
}

function summaryBlocks({ backups }: ListData): Block[] {
  const lost = targetsWithoutUsable(backups);
  return targetsOf(backups).map((target) => {
    if (lost.includes(target)) {
      return { kind: "text", tone: "bad", text: `${target}: no backup here can be relied on: take one now` };
    }
    const proven = backups.find((backup) => backup.target === target && backup.state.kind === "proven");
    if (proven === undefined) return { kind: "text", tone: "warn", text: `${target}: no backup is proven` };
    return {
      kind: "text",
      text: `${target}: newest proven backup is ${formatDuration(proven.ageSeconds * 1000)} old (${proven.id})`,
    };
  });
}

function targetsOf(backups: readonly ListedBackup[]): string[] {
  return [...new Set(backups.map(({ target }) => target))];
}
