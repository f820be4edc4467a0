import { formatCount, formatDuration, formatNumberOf } from "../../lib/core/units.js";
import type { Cell, View } from "../../lib/core/view.js";
import { quoteWord } from "./quote-word.js";
import type { RunData } from "./run-schema.js";

/** What happened, or, when the copy differed, which tables. */
export function runView({ restore }: RunData): View {
  if (!restore.swapped) return differenceView(restore);
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
  return { blocks: [{ kind: "facts", entries }], next: nextCommand(restore) };
}

type Restore = RunData["restore"];

const COMPARED = {
  hash: { text: "every table equal to what was backed up", tone: "good" },
  rows: { text: "the rows of every table, by their number", tone: "good" },
  nothing: { text: "not compared", tone: "warn" },
} as const;

function compared({ kind, compared: how }: Restore): Cell {
  const hasNothing = how === "nothing" && kind === "file";
  return hasNothing ? { text: "not compared: nothing says what should be in it", tone: "warn" } : COMPARED[how];
}

function oldState({ previous, safetyBackup }: Restore): string {
  if (previous !== null) return `kept as ${previous}`;
  return safetyBackup === null ? "nothing was there" : `in the backup ${safetyBackup}`;
}

/** The way back, or a look at what is there now. */
function nextCommand({ target, previous, safetyBackup }: Restore): string {
  const word = quoteWord(target);
  if (safetyBackup !== null) return `dbops restore ${word} --from ${safetyBackup} --in-place --confirm ${word}`;
  if (previous === null) return `dbops info ${word}`;
  return `dbops restore undo ${word} --confirm ${word}`;
}

function differenceView({ tables, structureMatches, to }: Restore): View {
  const different = tables.filter(({ matches }) => matches === false);
  const rows: Cell[][] = different.map(({ schema, name, rows: found }) => [
    schema === null ? name : `${schema}.${name}`,
    { text: found === null ? "missing" : `${formatCount(found)} rows, not what was backed up`, tone: "bad" } as const,
  ]);
  if (structureMatches === false) rows.push(["structure", { text: "not what was backed up", tone: "bad" }]);
  const columns = [{ title: "table" }, { title: "loaded copy" }];
  const text = { kind: "text", text: `${to} was not touched`, tone: "strong" } as const;
  return { blocks: [{ kind: "table", columns, rows, empty: "no difference" }, text], next: "dbops backup list" };
}
