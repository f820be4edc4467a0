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
