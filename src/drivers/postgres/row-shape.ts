import type { RowSpans } from "./copy-messages.js";

/** Makes the output's bytes of a block of the server's rows; the block may be used up. */
export type RowShape = (block: Buffer, spans: RowSpans) => Buffer;

/** The rows as the server spelled them. */
export const plainShape: RowShape = (block, spans) => {
  const first = spans[0] ?? 0;
  let end = first;
  for (let index = 0; index < spans.length; index += 2) {
    const from = spans[index] ?? 0;
    const to = spans[index + 1] ?? from;
    if (from !== end) block.copyWithin(end, from, to);
    end += to - from;
  }
  return block.subarray(first, end);
};
