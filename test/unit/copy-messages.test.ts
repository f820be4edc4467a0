import { expect, test } from "vitest";
import { CopyMessages } from "#dbops/drivers/postgres/copy-messages.js";

function message(type: string, bytes: number): Buffer {
  const whole = Buffer.concat([Buffer.alloc(5), Buffer.alloc(bytes, "row")]);
  whole.write(type, 0, "latin1");
  whole.writeUInt32BE(4 + bytes, 1);
  return whole;
}

const MESSAGES = [message("H", 3), message("d", 0), message("d", 9), message("d", 300), message("c", 0)];
const STREAM = Buffer.concat([...MESSAGES, message("d", 1), message("C", 7), message("Z", 1)]);
const EXPECTED = ["H 8", "d 0", "d 9", "d 300", "c 5", "d 1", "C 12", "Z 6"];

test.each([1, 2, 3, 4, 5, 6, 7, 13, 64, 299, 1000])("messages come whole out of chunks of %d bytes", (size) => {
  const found: string[] = [];
  const messages = new CopyMessages({
    rows: (block, spans) => {
      for (let index = 0; index < spans.length; index += 2) {
        const row = block.subarray(spans[index], spans[index + 1]);
        expect(row).toEqual(Buffer.alloc(row.length, "row"));
        found.push(`d ${row.length}`);
      }
    },
    other: (whole) => found.push(`${whole.toString("latin1", 0, 1)} ${whole.length}`),
  });
  for (let at = 0; at < STREAM.length; at += size) messages.push(Buffer.from(STREAM.subarray(at, at + size)));
  expect(found).toEqual(EXPECTED);
});

test.each([3, 4, 5, 6, 8])("a large row comes in parts, also when its header is cut after %d bytes", (cut) => {
  const large = message("d", 9_000_000);
  const stream = Buffer.concat([message("d", 2), large, message("d", 4), message("c", 0)]);
  const found: string[] = [];
  const pieces: Buffer[] = [];
  const messages = new CopyMessages({
    rows: (_block, spans) => found.push(`rows ${spans.length / 2}`),
    part: (bytes, isLast) => {
      pieces.push(Buffer.from(bytes));
      if (isLast) found.push(`large ${Buffer.concat(pieces).equals(large.subarray(5))}`);
    },
    other: (whole) => found.push(whole.toString("latin1", 0, 1)),
  });
  const first = message("d", 2).length + cut;
  messages.push(Buffer.from(stream.subarray(0, first)));
  for (let at = first; at < stream.length; at += 65_536) messages.push(Buffer.from(stream.subarray(at, at + 65_536)));
  expect(found).toEqual(["rows 1", "large true", "rows 1", "c"]);
  expect(pieces.length).toBeGreaterThan(100);
});
