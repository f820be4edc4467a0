import type { LoadClient } from "./load-client.js";
import type { LargeValue } from "./packed-rows.js";

/** In bytes or UTF-16 units. */
const SLICE = 1024 * 1024;

/** Gives the child a value in slices, one at a time: at no moment is there a second whole copy of it here. */
export async function sendLarge(client: LoadClient, value: LargeValue): Promise<void> {
  const isText = typeof value === "string";
  const totalBytes = isText ? Buffer.byteLength(value) : value.length;
  for (let start = 0; start < value.length; ) {
    const end = isText ? wholeCharacters(value, start + SLICE) : start + SLICE;
    const bytes = isText ? Buffer.from(value.slice(start, end)) : value.subarray(start, end);
    await client.ask({ kind: "slice", bytes, totalBytes, isText, isFirst: start === 0 });
    start = end;
  }
}

/** The end of a slice, not in the middle of a pair of surrogates. */
function wholeCharacters(text: string, end: number): number {
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last < 0xdc00 ? end + 1 : end;
}
