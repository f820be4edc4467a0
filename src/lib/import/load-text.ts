import type { Loader, TextLoad } from "../../drivers/load-model.js";
import { formatNumberOf } from "../core/units.js";
import type { DelimitedText } from "../transfer/record-model.js";
import { type TablePlan, tableWord } from "./import-plan.js";
import type { LoadOptions, TableOutcome } from "./load-table.js";
import { PlainQuotes } from "./plain-quotes.js";

const NEWLINE = 0x0a;

/** What became of an attempt to load a file's own text. */
export type TextOutcome =
  | "done"
  /** Not begun: the records go the usual way. */
  | "unfit"
  /** Begun and given up: the transaction is lost, and the records go the usual way in another. */
  | "refused";

/** The file's text if the table takes every field of it as it stands. */
export function passableText({ source, columns, onConflict }: TablePlan): DelimitedText | null {
  const isWhole = columns.length === source.columns.length && columns.every(({ at }, index) => at === index);
  const isPlain = columns.every((column) => !column.isBoolean && !column.holdsNumbers && !column.canBeNonFinite);
  // In a file of one column an empty line is a record for some, and nothing for others.
  return isWhole && isPlain && columns.length > 1 && onConflict.kind === "fail" ? source.text : null;
}

/** Passes a file's text to an engine that reads it by itself, as long as there is only one way to read it. IMPORT.*, DB.*. */
export async function loadText(
  loader: Loader,
  outcome: TableOutcome,
  { progress, signal }: Pick<LoadOptions, "progress" | "signal">,
): Promise<TextOutcome> {
  const { plan } = outcome;
  const text = passableText(plan);
  if (text === null) return "unfit";
  const { table, onConflict, columns, source } = plan;
  const load = await loader.loadText({ table, onConflict, columns: columns.map(({ column }) => column) }, text);
  if (load === null) return "unfit";
  const phase = progress.phase(`importing ${tableWord(table)}`, {
    total: source.sizeBytes ?? undefined,
    unit: "bytes",
  });
  const rows = (await pass(text, load, ({ bytesRead, lines }) => {
    signal.throwIfAborted();
    phase.at(bytesRead, undefined, formatNumberOf("line", lines));
  }))
    ? await load.end()
    : null;
  if (rows === null) return "refused";
  outcome.read = rows;
  outcome.counts.inserted = rows;
  phase.done(formatNumberOf("record", rows));
  return "done";
}

interface Passed {
  readonly bytesRead: number;
  /** Records may have several: only the engine knows how many these are, and when it has them all. */
  readonly lines: number;
}

/** False when the text can be read in more than one way. */
async function pass(text: DelimitedText, load: TextLoad, onPassed: (passed: Passed) => void): Promise<boolean> {
  const quotes = new PlainQuotes(text);
  let lines = 0;
  for await (const { bytes, bytesRead } of text.chunks()) {
    if (!quotes.take(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))) return false;
    await load.add(bytes);
    lines += linesIn(bytes);
    onPassed({ bytesRead, lines });
  }
  return quotes.end();
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
}
