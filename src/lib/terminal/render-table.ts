import type { Block, Cell, TableColumn } from "../core/view.js";
import { displayWidth, truncateToWidth } from "./display-width.js";
import type { Style } from "./style.js";

type TableBlock = Extract<Block, { readonly kind: "table" }>;

const GAP = "  ";
const NARROWEST = 6;
const READABLE = 16;
const NUMBER = /^-?[\d,]+(?:\.\d+)?\s?%?$/;

/** A table without borders, its head bold and underlined; columns are left out and cells cut only to fit a terminal. */
export async function renderTable(whole: TableBlock, style: Style): Promise<string> {
  const { default: Table } = await import("cli-table3");
  const block = withoutSpare(whole, style);
  const cells = cleanCells(block, style);
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

/** The table without its spare columns, the first to go first, until what is left can be read. */
function withoutSpare(block: TableBlock, style: Style): TableBlock {
  const widths = columnWidths(block.columns, cleanCells(block, style), style);
  const natural = naturalWidths(block.columns, cleanCells(block, style), style);
  const isReadable = widths.every((width, index) => width >= Math.min(READABLE, natural[index] ?? 0));
  const spares = block.columns.flatMap(({ spare }) => (spare === undefined ? [] : [spare]));
  if (isReadable || spares.length === 0) return block;
  const out = block.columns.findIndex(({ spare }) => spare === Math.min(...spares));
  const isLeft = (_: unknown, index: number): boolean => index !== out;
  const rows = block.rows.map((row) => row.filter(isLeft));
  return withoutSpare({ ...block, columns: block.columns.filter(isLeft), rows }, style);
}

function cleanCells({ columns, rows }: TableBlock, style: Style): readonly (readonly Cell[])[] {
  return rows.map((row) => columns.map((_column, index) => cleanCell(row[index] ?? "", style)));
}

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
  const natural = naturalWidths(columns, rows, style);
  if (style.width === null) return natural;
  const isWhole = (index: number): boolean => columns[index]?.isWhole === true;
  return shrinkToFit(natural, style.width - GAP.length * (columns.length - 1), isWhole);
}

function naturalWidths(
  columns: readonly TableColumn[],
  rows: readonly (readonly Cell[])[],
  style: Style,
): readonly number[] {
  return columns.map((column, index) =>
    Math.max(widestLine(style.clean(column.title)), ...rows.map((row) => widestLine(textOf(row[index] ?? "")))),
  );
}

function widestLine(text: string): number {
  return Math.max(...text.split("\n").map(displayWidth));
}

/** Lowers the widest columns, and only them, to a common width at which all fit. */
function shrinkToFit(natural: readonly number[], room: number, isWhole: (index: number) => boolean): readonly number[] {
  const widthsAt = (limit: number) => natural.map((width, index) => (isWhole(index) ? width : Math.min(width, limit)));
  const sumAt = (limit: number) => widthsAt(limit).reduce((sum, width) => sum + width, 0);
  let limit = Math.max(NARROWEST, ...natural);
  while (limit > NARROWEST && sumAt(limit) > room) limit -= 1;
  return widthsAt(limit);
}
