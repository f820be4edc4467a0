/** A mask of more columns would no longer be exact in a double with room to spare. */
const COLUMNS_PER_MASK = 30;

/** What is selected to read cells exactly: text as bytes, integers as digits, and behind them masks that tell text from blobs. */
export function cellsSql(cells: readonly string[]): string {
  return [...cells.map(cellSql), ...masksOf(cells)].join(", ");
}

/** Whether a cell of such a row, which holds bytes, is text. */
export function isTextCell(row: readonly unknown[], column: number, width: number): boolean {
  const mask = row[width + Math.trunc(column / COLUMNS_PER_MASK)];
  return typeof mask === "number" && (mask & (1 << (column % COLUMNS_PER_MASK))) !== 0;
}

/** Integers as digits: a double holds only 53 bits of them. */
function cellSql(cell: string): string {
  return `CASE typeof(${cell}) WHEN 'text' THEN CAST(${cell} AS BLOB) WHEN 'integer' THEN CAST(${cell} AS TEXT) ELSE ${cell} END`;
}

/** A bit for each column that holds text, which otherwise looks like a blob. */
function masksOf(cells: readonly string[]): readonly string[] {
  const masks: string[] = [];
  for (let start = 0; start < cells.length; start += COLUMNS_PER_MASK) {
    const bits = cells
      .slice(start, start + COLUMNS_PER_MASK)
      .map((cell, index) => `(typeof(${cell}) = 'text') * ${2 ** index}`);
    masks.push(bits.join(" + "));
  }
  return masks;
}
