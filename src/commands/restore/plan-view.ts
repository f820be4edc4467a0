import type { PreflightLine } from "../../drivers/restore-model.js";
import { backupState } from "../../lib/backup/backup-state.js";
import { formatLocalTime } from "../../lib/core/local-time.js";
import { formatBytes, formatCount, formatDuration } from "../../lib/core/units.js";
import type { Block, Cell, View } from "../../lib/core/view.js";
import { lossOf, type RowChange, rowChanges, type TableRows } from "../../lib/restore/loss.js";
import type { PreparedRestore } from "../../lib/restore/prepare-restore.js";

/** What is replaced, by what, what would be lost, and what was checked. */
export function planView(prepared: PreparedRestore, now: Date): View {
  return {
    blocks: [intoBlock(prepared, now), fromBlock(prepared, now), ...lossBlocks(prepared), checksBlock(prepared.lines)],
  };
}

function intoBlock({ destination, current }: PreparedRestore, now: Date): Block {
  const entries: [string, Cell][] = [["database", { text: destination.restorer.label, tone: "strong" }]];
  if (current === null) return { kind: "facts", title: "INTO", entries: [...entries, ["now", "nothing is there"]] };
  const { sessions, unseen, lastWriteAt, sizeBytes } = current;
  entries.push(["last write", lastWriteAt === null ? "not known" : timeAndAge(lastWriteAt, now)]);
  entries.push(["size", formatBytes(sizeBytes)]);
  entries.push(["in use by", sessions.length === 0 ? "nobody seen" : { text: sessions.join("\n"), tone: "warn" }]);
  if (unseen !== null) entries.push(["not seen", unseen]);
  return { kind: "facts", title: "INTO", entries };
}

function fromBlock({ found }: PreparedRestore, now: Date): Block {
  if (found.kind === "file") {
    const entries = [
      ["file", { text: found.path, tone: "strong" }],
      ["written", timeAndAge(found.modifiedAt, now)],
      ["proof", { text: "none: no manifest describes it, so nothing can be compared", tone: "warn" }],
    ] as const;
    return { kind: "facts", title: "FROM", entries };
  }
  const { manifest } = found.entry;
  const state = backupState(found.entry, now);
  const entries = [
    ["backup", { text: manifest.id, tone: "strong" }],
    ["taken", timeAndAge(new Date(manifest.takenAt), now)],
    ["of", manifest.origin.label],
    ["proof", { text: state.text, tone: state.kind === "proven" ? "good" : "warn" }],
  ] as const;
  return { kind: "facts", title: "FROM", entries };
}

function lossBlocks({ current, entry }: PreparedRestore): Block[] {
  if (current === null || entry === null) return [];
  const columns = [
    { title: "table" },
    { title: "rows now", align: "right" },
    { title: "in the backup", align: "right" },
    { title: "change", align: "right" },
  ] as const;
  const rows = rowChanges(current, entry.manifest.fingerprint.tables).map(changeCells);
  return [{ kind: "table", title: "WHAT CHANGES", columns, rows, empty: "no tables on either side" }];
}

function changeCells(change: RowChange): Cell[] {
  return [change.name, count(change.present), count(change.backup), changeCell(change)];
}

/** What nobody has counted is neither gone nor the same: it is said to be unknown. */
function changeCell(change: RowChange): Cell {
  const { present, backup } = change;
  if (backup === "absent") return { text: "gone", tone: present === 0 ? "dim" : "bad" };
  if (present === "absent") return { text: "new", tone: "dim" };
  if (present === "uncounted" || backup === "uncounted") return { text: "not known", tone: "warn" };
  const loss = lossOf(change);
  return { text: signed(-loss), tone: loss > 0 ? "bad" : "dim" };
}

function checksBlock(lines: readonly PreflightLine[]): Block {
  const entries = lines.map(({ subject, detail }): [string, Cell] => [subject, { text: detail, tone: "good" }]);
  return { kind: "facts", title: "CHECKED", entries };
}

function timeAndAge(at: Date, now: Date): string {
  return `${formatLocalTime(at)} (${formatDuration(Math.max(0, now.getTime() - at.getTime()))} ago)`;
}

function count(rows: TableRows): string {
  if (rows === "uncounted") return "not counted";
  return rows === "absent" ? "-" : formatCount(rows);
}

function signed(change: number): string {
  return change === 0 ? "same number" : `${change < 0 ? "-" : "+"}${formatCount(Math.abs(change))}`;
}
