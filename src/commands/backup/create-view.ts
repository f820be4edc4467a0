import { type BackupReport, isComparable, tablesOf } from "../../lib/backup/backup-report.js";
import { shellWord } from "../../lib/core/shell-word.js";
import { formatBytes, formatCount, formatDuration, formatNumberOf } from "../../lib/core/units.js";
import type { Block, View } from "../../lib/core/view.js";
import { again } from "../options.js";
import type { CreateData } from "./create-schema.js";

/** What the command line said. */
export interface CreateScope {
  readonly target: string | null;
  readonly store: string | null;
}

type OneData = Extract<CreateData, { backup: unknown }>;

/** One backup as facts, several as a table. */
export function createView(data: CreateData, input: CreateScope): View {
  if ("backups" in data) return allView(data.backups, input);
  // What went to stdout stands alone there.
  return data.store === null ? { blocks: [] } : oneView(data, data.store);
}

function oneView({ backup, pruned }: OneData, store: string): View {
  const entries = [
    ["backup", { text: backup.id, tone: "strong" }],
    ["file", backup.file],
    ["size", `${formatBytes(backup.rawBytes)}, stored ${formatBytes(backup.storedBytes)}`],
    ["content", contentText(backup)],
    ["encrypted", encryptionText(backup)],
    ["verified", verifiedText(backup)],
    ["took", formatDuration(backup.durationMs)],
    ...(pruned === null ? [] : [["pruned", `${pruned.length} older backups deleted`] as const]),
  ] as const;
  return { blocks: [{ kind: "facts", entries }, ...conditionBlocks(backup)], next: nextCommand(backup, store) };
}

/** Rows that nobody counted are not none. */
function contentText(backup: BackupReport): string {
  const tables = tablesOf(backup);
  const counts = tables.flatMap(({ rows }) => (rows === null ? [] : [rows]));
  const rows = counts.reduce((sum, count) => sum + count, 0);
  const uncounted = tables.length - counts.length;
  const inTables = formatNumberOf("table", tables.length);
  const partial = backup.isPartial ? " (partial)" : "";
  if (uncounted === 0) return `${formatNumberOf("row", rows)} in ${inTables}${partial}`;
  if (counts.length === 0) return `${inTables}, rows not counted${partial}`;
  return `${formatNumberOf("row", rows)} in ${inTables}, ${formatCount(uncounted)} of them not counted${partial}`;
}

function encryptionText({ encryption }: BackupReport): string {
  if (encryption === null) return "no";
  return encryption.kind === "passphrase"
    ? "with a passphrase"
    : `to ${formatNumberOf("recipient", encryption.recipients.length)}`;
}

const VERIFIED = {
  none: "no",
  stored: "stored bytes re-read",
  read: "read to its end, raw bytes equal",
  restore: "PROVEN: restored and compared",
} as const;

function verifiedText({ verified }: BackupReport) {
  return { text: VERIFIED[verified], tone: verified === "none" ? "warn" : "good" } as const;
}

function conditionBlocks({ condition }: BackupReport): Block[] {
  if (condition.details.length === 0) return [];
  const text = condition.details.join("\n");
  if (condition.state === "damaged") return [{ kind: "text", tone: "bad", text: `THE SOURCE IS DAMAGED\n${text}` }];
  return [{ kind: "text", tone: "dim", text }];
}

function nextCommand(backup: BackupReport, store: string): string {
  const { id, verified, condition, isPartial } = backup;
  const place = `--store ${shellWord(store)}`;
  const cannotBeProven = isPartial || condition.state === "damaged" || !isComparable(backup);
  return verified === "restore" || cannotBeProven
    ? `dbops backup list ${place}`
    : `dbops backup verify ${place} --id ${id.slice(-6)} --level restore`;
}

function allView(backups: Extract<CreateData, { backups: unknown }>["backups"], input: CreateScope): View {
  const columns = [
    { title: "target" },
    { title: "result" },
    { title: "backup", isWhole: true },
    { title: "stored", align: "right" },
  ] as const;
  const rows = backups.map(({ target, ok, backup, error }) => [
    target,
    ok ? ({ text: "ok", tone: "good" } as const) : ({ text: error?.message ?? "failed", tone: "bad" } as const),
    backup?.id ?? "",
    backup === null ? "" : formatBytes(backup.storedBytes),
  ]);
  const reasons = backups.flatMap(({ target, error }) => (error === null ? [] : reasonBlock(target, error)));
  const table = { kind: "table", columns, rows, empty: "no targets" } as const;
  return { blocks: [table, ...reasons], next: again("backup list", input) };
}

type Failure = NonNullable<Extract<CreateData, { backups: unknown }>["backups"][number]["error"]>;

function reasonBlock(target: string, { code, message, why, hint }: Failure): Block {
  const lines = [`${target}: ${message}`, why, hint === null ? null : `do: ${hint}`, code];
  return { kind: "text", tone: "bad", text: lines.filter((line) => line !== null).join("\n  ") };
}
