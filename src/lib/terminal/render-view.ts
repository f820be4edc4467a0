import type { Block, Cell, Tone, View } from "../core/view.js";
import { displayWidth } from "./display-width.js";
import { renderTable } from "./render-table.js";
import type { Style } from "./style.js";

/** A view as text that ends in a line feed: its blocks, then what to do next. */
export async function renderView(view: View, style: Style): Promise<string> {
  let text = "";
  let before: Block | null = null;
  for (const block of view.blocks) {
    if (before !== null && needsBlankLine(before, block)) text += "\n";
    text += withLineEnd(await renderBlock(block, style));
    before = block;
  }
  if (view.next === undefined) return text;
  return `${text}\n${style.paint.dim("next:")} ${style.paint.strong(style.clean(view.next))}\n`;
}

function needsBlankLine(before: Block, block: Block): boolean {
  return before.kind !== block.kind || (block.kind !== "text" && block.kind !== "raw");
}

function withLineEnd(text: string): string {
  return text === "" || text.endsWith("\n") ? text : `${text}\n`;
}

async function renderBlock(block: Block, style: Style): Promise<string> {
  switch (block.kind) {
    case "text":
      return renderText(style.clean(block.text), block.tone, style);
    case "raw":
      // A file or pipe gets the bytes as they are; a terminal must not obey them.
      return style.width === null ? block.text : block.text.split("\t").map(style.clean).join("\t");
    case "facts":
      return renderTitle(block.title, style) + renderFacts(block.entries, style);
    case "table":
      if (block.rows.length === 0) return renderTitle(block.title, style) + style.clean(block.empty);
      return renderTitle(block.title, style) + (await renderTable(block, style));
  }
}

function renderText(text: string, tone: Tone | undefined, style: Style): string {
  if (tone === undefined) return text;
  const symbol = tone === "good" || tone === "bad" || tone === "warn" ? `${style.symbols[tone]} ` : "";
  return style.paint[tone](symbol + text);
}

function renderTitle(title: string | undefined, style: Style): string {
  return title === undefined ? "" : `${style.paint.strong(style.clean(title))}\n`;
}

function renderFacts(entries: readonly (readonly [string, Cell])[], style: Style): string {
  const keys = entries.map(([key]) => `${style.clean(key)}:`);
  const keyWidth = Math.max(0, ...keys.map(displayWidth)) + 2;
  const lines = entries.map(([, cell], index) => {
    const key = keys[index] ?? "";
    const value = renderCell(cell, style).replaceAll("\n", `\n${" ".repeat(keyWidth)}`);
    return `${style.paint.dim(key)}${" ".repeat(keyWidth - displayWidth(key))}${value}`;
  });
  return lines.join("\n");
}

function renderCell(cell: Cell, style: Style): string {
  return typeof cell === "string" ? style.clean(cell) : style.paint[cell.tone](style.clean(cell.text));
}
