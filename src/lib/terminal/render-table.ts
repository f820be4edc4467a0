import type { Block, Cell, TableColumn } from "../core/view.js";
import { displayWidth, truncateToWidth } from "./display-width.js";
import type { Style } from "./style.js";

type TableBlock = Extract<Block, { readonly kind: "table" }>;

const GAP = "  ";
const NARROWEST = 6;
const NUMBER = /^-?[\d,]+(?:\.\d+)?\s?%?$/;

/** A table without borders, its head bold and underlined; cells are cut only to fit a terminal. */
export async function renderTable(block: TableBlock, style: Style): Promise<string> {
  const { default: Table } = await import("cli-table3");
  const cells = block.rows.map((row) => block.columns.map((_column, index) => cleanCell(row[index] ?? "", style)));
  const widths = columnWidths(block.columns, cells, style);
  const fitted = (cell: Cell, column: number) => fitCell(cell, widths[column] ?? 0, style);
  const { rule } = style.symbols;
  const table = new Table({
    head: block.columns.map((column, index) => fitted({ text: style.clean(column.title), tone: "strong" }, index)),
    colAligns: block.columns.map((column, index) => alignment(column, cells, index)),
    chars: { ...NO_BORDERS, mid: rule, "mid-mid": GAP, middle: GAP },
    style: { head: [], border: [], compact: true, "padding-left": 0, "padding-right": 0 },
  });
  table.push(...cells.map((row) => row.map(fitted)));
  return table.toString().replace(/ +$/gm, "");
}

const NO_BORDERS = {
  top: "",
  "top-mid": "",
  "top-left": "",
  "top-right": "",
  bottom: "",
  "bottom-mid": "",
  "bottom-left": "",
  "bottom-right": "",
  left: "",
  "left-mid": "",
  right: "",
  "right-mid": "",
} as const;

function cleanCell(cell: Cell, style: Style): Cell {
  return typeof cell === "string" ? style.clean(cell) : { text: style.clean(cell.text), tone: cell.tone };
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : cell.text;
}

function fitCell(cell: Cell, width: number, style: Style): string {
  const lines = textOf(cell).split("\n");
  const text = lines.map((line) => truncateToWidth(line, width, style.symbols.ellipsis)).join("\n");
  return typeof cell === "string" ? text : style.paint[cell.tone](text);
}

function alignment(column: TableColumn, rows: readonly (readonly Cell[])[], index: number): "left" | "right" {
  if (column.align !== undefined) return column.align;
  const texts = rows.map((row) => textOf(row[index] ?? "")).filter((text) => text !== "");
  return texts.length > 0 && texts.every((text) => NUMBER.test(text)) ? "right" : "left";
}

function columnWidths(
  columns: readonly TableColumn[],
  rows: readonly (readonly Cell[])[],
  style: Style,
): readonly number[] {
  const natural = columns.map((column, index) =>
    Math.max(widestLine(style.clean(column.title)), ...rows.map((row) => widestLine(textOf(row[index] ?? "")))),
  );
  return style.width === null ? natural : shrinkToFit(natural, style.width - GAP.length * (columns.length - 1));
}

function widestLine(text: string): number {
  return Math.max(...text.split("\n").map(displayWidth));
}

/** Lowers the widest columns, and only them, to a common width at which all fit. */
function shrinkToFit(natural: readonly number[], room: number): readonly number[] {
  const sumAt = (limit: number) => natural.reduce((sum, width) => sum + Math.min(width, limit), 0);
  let limit = Math.max(NARROWEST, ...natural);
  while (limit > NARROWEST && sumAt(limit) > room) limit -= 1;
  return natural.map((width) => Math.min(width, limit));
}
