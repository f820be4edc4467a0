const LINE_FEED = 10;

/** The offset behind the first `count` rows of a batch, which has at least as many: a line feed in a value is escaped. */
export function endOfRows(bytes: Uint8Array, count: number): number {
  let end = 0;
  for (let row = 0; row < count; row += 1) {
    const at = bytes.indexOf(LINE_FEED, end);
    if (at === -1) throw new Error(`a batch ends within row ${row + 1} of ${count}`);
    end = at + 1;
  }
  return end;
}
