import { describe, expect, test } from "vitest";
import { bufferOf } from "#dbops/drivers/sqlite/buffer-of.js";
import { escapeText } from "#dbops/drivers/sqlite/copy/canonical-text.js";
import { GrowingBytes } from "#dbops/drivers/sqlite/copy/growing-bytes.js";
import { type LargeValue, largeValue } from "#dbops/drivers/sqlite/copy/large-value.js";

/** What a value makes of a field that comes in pieces of so many bytes. */
function read(kind: LargeValue["kind"], field: string, pieceBytes: number): Buffer {
  const bytes = Buffer.from(field);
  const large = largeValue(kind);
  for (let at = 0; at < bytes.length; at += pieceBytes) large.take(bytes.subarray(at, at + pieceBytes));
  return bufferOf(large.value.bytes);
}

describe.each([1, 2, 3, 5, 1000])("a large field in pieces of %i bytes", (pieceBytes) => {
  test("is the text that was escaped, wherever a piece ends", () => {
    const text = "a\\b\bc\td\ne\vf\fg\rh\\\\n\\t ä€😀\\";
    expect(read("text", escapeText(text), pieceBytes).toString()).toBe(text);
  });

  test("is the bytes that were spelled, wherever a piece ends", () => {
    const bytes = Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte));
    expect(read("bytes", `\\\\x${bytes.toString("hex")}`, pieceBytes).equals(bytes)).toBe(true);
    expect(read("bytes", "\\\\x", pieceBytes)).toHaveLength(0);
  });
});

test("bytes grow with what is there, keep only what counts, and are given back", () => {
  const growing = new GrowingBytes();
  growing.room(4).set([1, 2, 3, 4]);
  growing.keep(2);
  growing.room(3).set([5, 6, 7]);
  growing.keep(3);
  expect([...growing.bytes]).toEqual([1, 2, 5, 6, 7]);
  growing.release();
  expect(growing.bytes).toHaveLength(0);
});
