import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { ScreenStream } from "#dbops/lib/terminal/screen-stream.js";

test("what is drawn does not come back through a hook put on the stream", () => {
  const stream = new PassThrough();
  const screen = new ScreenStream(stream, (text) => text);
  const hooked: unknown[] = [];
  // As ora does while it spins: a drawn cursor move taken for a foreign write made it draw for ever.
  stream.write = (chunk: unknown) => {
    hooked.push(chunk);
    return true;
  };
  screen.cursorTo(0);
  expect(hooked).toEqual([]);
  expect(stream.read()?.toString()).toBe("\x1b[1G");
});
