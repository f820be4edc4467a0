const NEWLINE = 0x0a;
const SEPARATOR = Buffer.from(",\n");

/** Makes lines of JSON the elements of an array: every line but the last gets its comma. Chunks end anywhere. */
export async function* jsonArray(lines: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield Buffer.from("[\n");
  let isLineOpen = false;
  for await (const chunk of lines) {
    if (chunk.length === 0) continue;
    if (isLineOpen) yield SEPARATOR;
    isLineOpen = chunk[chunk.length - 1] === NEWLINE;
    yield separated(isLineOpen ? chunk.subarray(0, -1) : chunk);
  }
  yield Buffer.from(isLineOpen ? "\n]" : "]");
}

function separated(chunk: Buffer): Buffer {
  const ends: number[] = [];
  for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) ends.push(at);
  const joined = Buffer.allocUnsafe(chunk.length + ends.length);
  let from = 0;
  for (const [commas, end] of ends.entries()) {
    chunk.copy(joined, from + commas, from, end);
    joined.set(SEPARATOR, end + commas);
    from = end + 1;
  }
  chunk.copy(joined, from + ends.length, from);
  return joined;
}
