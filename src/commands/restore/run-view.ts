import { shellWord } from "../../lib/core/shell-word.js";
import { formatCount, formatDuration, formatNumberOf } from "../../lib/core/units.js";
import type { Cell, View } from "../../lib/core/view.js";
import { wayBack } from "../../lib/restore/in-place-restore.js";
import { again } from "../options.js";
import type { RunData } from "./run-schema.js";

/** What the command line said. */
export interface RunScope {
  /** Whose backups are meant. */
  readonly target: string | null;
  readonly store: string | null;
}

/** What happened, or, when the copy differed, which tables. */
export function runView({ restore }: RunData, scope: RunScope): View {
  if (!restore.swapped) return differenceView(restore, scope);
  const tables = restore.tables.filter(({ kind }) => kind === "table");
  const rows = tables.reduce((sum, table) => sum + (table.rows ?? 0), 0);
  const entries: [string, Cell][] = [
    ["restored", { text: restore.to, tone: "strong" }],
    ["from", restore.from],
    ["content", `${formatNumberOf("row", rows)} in ${formatNumberOf("table", tables.length)}`],
    ["compared", compared(restore)],
    ["old state", oldState(restore)],
    ["took", formatDuration(restore.durationMs)],
  ];
  return { blocks: [{ kind: "facts", entries }], next: nextCommand(restore, scope) };
}

type Restore = RunData["restore"];

const COMPARED = {
  hash: { text: "every table equal to what was backed up", tone: "good" },
  rows: { text: "the rows of every table, by their number", tone: "good" },
  nothing: { text: "not compared", tone: "warn" },
} as const;

function compared({ kind, compared: how, tables, structureMatches }: Restore): Cell {
  const different = tables.filter(({ matches }) => matches === false).length;
  if (different > 0 || structureMatches === false)
    return {
      text: different > 0 ? `DIFFERENT: ${formatNumberOf("table", different)}` : "DIFFERENT: structure",
      tone: "bad",
    };
  const hasNothing = how === "nothing" && kind === "file";
  return hasNothing ? { text: "not compared: nothing says what should be in it", tone: "warn" } : COMPARED[how];
}

function oldState({ previous, safetyBackup }: Restore): string {
  if (previous !== null) return `kept as ${previous}`;
  return safetyBackup === null ? "nothing was there" : `in the backup ${safetyBackup}`;
}

/** The way back, or a look at what is there now. */
function nextCommand({ target, previous, safetyBackup, safetyStore }: Restore, { store }: RunScope): string {
  if (safetyBackup !== null && safetyStore !== null) return wayBack(target, { safetyBackup, store: safetyStore });
  const word = shellWord(target);
  if (previous === null) return `dbops info ${word}`;
  return `${again("restore undo", { target, store })} --confirm ${word}`;
}

function differenceView({ tables, structureMatches, to }: Restore, scope: RunScope): View {
  const different = tables.filter(({ matches }) => matches === false);
  const rows: Cell[][] = different.map(({ schema, name, rows: found }) => [
    schema === null ? name : `${schema}.${name}`,
    { text: found === null ? "missing" : `${formatCount(found)} rows, not what was backed up`, tone: "bad" } as const,
  ]);
  if (structureMatches === false) rows.push(["structure", { text: "not what was backed up", tone: "bad" }]);
  const columns = [{ title: "table" }, { title: "loaded copy" }];
  const text = { kind: "text", text: `${to} was not touched`, tone: "strong" } as const;
  const next = again("backup list", scope);
  return { blocks: [{ kind: "table", columns, rows, empty: "no difference" }, text], next };
}
