import { plainShape, type RowShape } from "./row-shape.js";

const QUOTE = 0x22;
const NEWLINE = 0x0a;
const END_OF_DATA = Buffer.from("\\.");
const QUOTED = Buffer.from('"\\."');

/**
 * CSV rows in which a value `\.` is always quoted: readers take it for the end of the data, and the server quotes it only
 * where it stands alone.
 */
export function csvShape(delimiter: string): RowShape {
  const delimiterByte = delimiter.charCodeAt(0);
  return (block, spans) => {
    if (!block.includes(END_OF_DATA)) return plainShape(block, spans);
    const pieces: Buffer[] = [];
    for (let index = 0; index < spans.length; index += 2) {
      const row = block.subarray(spans[index], spans[index + 1]);
      pieces.push(...(row.includes(END_OF_DATA) ? quoteEndOfData(row, delimiterByte) : [row]));
    }
    return Buffer.concat(pieces);
  };
}

/** The pieces of a row, with quotes around each unquoted field that is `\.` and nothing else. */
function quoteEndOfData(row: Buffer, delimiter: number): Buffer[] {
  const pieces: Buffer[] = [];
  let isQuoted = false;
  let isStart = true;
  let copied = 0;
  for (let position = 0; position < row.length; position += 1) {
    const byte = row[position];
    if (isStart && isEndOfData(row, position, delimiter)) {
      pieces.push(row.subarray(copied, position), QUOTED);
      copied = position + END_OF_DATA.length;
    }
    if (byte === QUOTE) isQuoted = !isQuoted;
    isStart = byte === delimiter && !isQuoted;
  }
  return [...pieces, row.subarray(copied)];
}

function isEndOfData(row: Buffer, position: number, delimiter: number): boolean {
  const after = row[position + END_OF_DATA.length];
  return (
    (after === delimiter || after === NEWLINE) &&
    row[position] === END_OF_DATA[0] &&
    row[position + 1] === END_OF_DATA[1]
  );
}
