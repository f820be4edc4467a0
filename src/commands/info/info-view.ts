import { qualifiedName } from "../../lib/core/named.js";
import { shellWord } from "../../lib/core/shell-word.js";
import { formatBytes, formatCount } from "../../lib/core/units.js";
import type { Block, Cell, View } from "../../lib/core/view.js";
import type { DatabaseReport, TableReport } from "../../lib/info/info-report.js";
import type { Context } from "../define.js";
import type { InfoData, InfoEntry } from "./info-schema.js";
import { rowsText, tableView } from "./table-view.js";

const TABLE_COLUMNS = [
  { title: "table" },
  { title: "rows", align: "right" },
  { title: "size", align: "right" },
  { title: "columns", align: "right" },
  { title: "primary key" },
  { title: "indexes", align: "right" },
  { title: "foreign keys" },
] as const;

const TARGET_COLUMNS = [
  { title: "target" },
  { title: "engine" },
  { title: "size", align: "right" },
  { title: "tables", align: "right" },
  { title: "place or trouble" },
] as const;

/** One table, one database, or every target at a glance. */
export function infoView({ table, databases }: InfoData, context: Context): View {
  const [first, ...others] = databases;
  if (first === undefined || first.info === null || others.length > 0) return glanceView(databases);
  const [only] = first.info.tables;
  if (table !== null && only !== undefined) return tableView(only);
  return databaseView(first.target, first.info, context);
}

function databaseView(name: string, info: DatabaseReport, context: Context): View {
  const entries = [
    ["target", { text: name, tone: "strong" }],
    ["place", info.label],
    ["engine", engineText(info)],
    ["size", `${formatBytes(info.sizeBytes)} in ${countOf(info.tables.length, "table")}`],
    ...others(info),
  ] as const;
  const settings = info.settings.map(({ name: setting, value }) => [setting, value] as const);
  const blocks: Block[] = [
    { kind: "facts", entries },
    { kind: "facts", title: "settings", entries: settings },
    { kind: "table", columns: TABLE_COLUMNS, rows: info.tables.map(tableCells), empty: "no tables" },
  ];
  return { blocks, next: nextCommand(name, info, context) };
}

function engineText({ title, version, role }: DatabaseReport): string {
  return `${title} ${version}${role === null ? "" : `, ${role}`}`;
}

function others({ views, sequences, systemIdentifier, timeline }: DatabaseReport): (readonly [string, Cell])[] {
  const system = [systemIdentifier, timeline === null ? null : `timeline ${timeline}`].filter((part) => part !== null);
  return [
    ...(views.length === 0 ? [] : [["views", views.map(qualifiedName).join(", ")] as const]),
    ...(sequences.length === 0 ? [] : [["sequences", String(sequences.length)] as const]),
    ...(system.length === 0 ? [] : [["system", system.join(", ")] as const]),
  ];
}

function tableCells(table: TableReport): Cell[] {
  const { kind, columns, primaryKey, indexes, foreignKeys, sizeBytes } = table;
  const targets = foreignKeys.map(({ references }) => qualifiedName({ ...references, name: references.table }));
  return [
    kind === "table" ? qualifiedName(table) : `${qualifiedName(table)} (${kind})`,
    rowsText(table),
    sizeBytes === null ? "-" : formatBytes(sizeBytes),
    String(columns.length),
    primaryKey.length === 0 ? "-" : primaryKey.join(", "),
    String(indexes.length),
    targets.length === 0 ? "-" : [...new Set(targets)].join(", "),
  ];
}

function nextCommand(name: string, { tables, label }: DatabaseReport, { config }: Context): string {
  const word = shellWord(config.targets.some((target) => target.name === name) ? name : label);
  const largest = tables.toSorted((a, b) => (b.sizeBytes ?? 0) - (a.sizeBytes ?? 0))[0];
  if (largest === undefined) return `dbops doctor ${word}`;
  return `dbops info ${word} --table ${shellWord(qualifiedName(largest))}`;
}

function glanceView(databases: readonly InfoEntry[]): View {
  const rows = databases.map(({ target, info, error }) =>
    info === null
      ? [target, "", "", "", { text: error?.message ?? "", tone: "bad" } as const]
      : [target, engineText(info), formatBytes(info.sizeBytes), formatCount(info.tables.length), info.label],
  );
  const troubled = databases.find(({ error }) => error !== null);
  const next =
    troubled === undefined
      ? `dbops info ${shellWord(databases[0]?.target ?? "")}`
      : `dbops doctor ${shellWord(troubled.target)}`;
  return {
    blocks: [{ kind: "table", columns: TARGET_COLUMNS, rows, empty: "no targets" }, ...troubles(databases)],
    next,
  };
}

function troubles(databases: readonly InfoEntry[]): Block[] {
  return databases.flatMap(({ target, error }) => {
    if (error === null) return [];
    const lines = [`${target}: ${error.why ?? error.message}`, ...(error.hint === null ? [] : [error.hint])];
    return [{ kind: "text", tone: "bad", text: lines.join("\n  ") } as const];
  });
}

function countOf(count: number, word: string): string {
  return `${formatCount(count)} ${word}${count === 1 ? "" : "s"}`;
}
