import type { CopyEvent, CopyRows } from "../../drivers/copy-rows-model.js";

/** Whole rows without their line feeds, with a character for each byte, as they come. */
export async function* rowTexts(events: AsyncIterable<CopyEvent>): AsyncGenerator<readonly string[]> {
  let begun = "";
  for await (const event of events) {
    if (event.kind !== "rows") continue;
    const text = textOf(event);
    if (event.rows === 0) begun += text;
    else {
      yield `${begun}${text}`.slice(0, -1).split("\n");
      begun = "";
    }
  }
}

function textOf({ bytes }: CopyRows): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
