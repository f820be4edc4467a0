import type { Definition } from "../../drivers/view-model.js";
import type { ChosenRows } from "./choose-rows.js";
import { jsonArray } from "./json-array.js";
import type { TextFormat } from "./output-form.js";
import { type Reading, readRows } from "./read-rows.js";
import { rowFormat, type Spelling } from "./spelling.js";

export interface TextOptions {
  readonly format: TextFormat;
  readonly spelling: Spelling;
  /** The statements around the rows of a script. */
  readonly definition: Definition | null;
}

/** Everything that was chosen as one text: a table alone, a JSON object of tables, or a script. */
export function exportText(
  chosen: readonly ChosenRows[],
  reading: Reading,
  { format, spelling, definition }: TextOptions,
): AsyncGenerator<Buffer> {
  const rowsOf = (each: ChosenRows) => readRows(each, rowFormat(format, spelling), reading);
  if (definition !== null) return script(chosen, definition, rowsOf);
  const [only, ...others] = chosen;
  if (format !== "json") return inTurn(chosen, rowsOf);
  return only !== undefined && others.length === 0 ? jsonTable(rowsOf(only)) : jsonTables(chosen, rowsOf);
}

type RowsOf = (chosen: ChosenRows) => AsyncGenerator<Buffer>;

async function* script(
  chosen: readonly ChosenRows[],
  { opening, before, after, closing }: Definition,
  rowsOf: RowsOf,
): AsyncGenerator<Buffer> {
  yield Buffer.from(`${opening}${before}`);
  yield* inTurn(chosen, rowsOf);
  yield Buffer.from(`${after}${closing}`);
}

async function* inTurn(chosen: readonly ChosenRows[], rowsOf: RowsOf): AsyncGenerator<Buffer> {
  for (const each of chosen) yield* rowsOf(each);
}

async function* jsonTable(lines: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield* jsonArray(lines);
  yield Buffer.from("\n");
}

async function* jsonTables(chosen: readonly ChosenRows[], rowsOf: RowsOf): AsyncGenerator<Buffer> {
  yield Buffer.from("{");
  for (const [index, each] of chosen.entries()) {
    yield Buffer.from(`${index === 0 ? "" : ","}\n${JSON.stringify(each.key)}: `);
    yield* jsonArray(rowsOf(each));
  }
  yield Buffer.from("\n}\n");
}
