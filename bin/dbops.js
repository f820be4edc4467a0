#!/usr/bin/env node
import { setFlagsFromString } from "node:v8";

const [major, minor] = process.versions.node.split(".").map(Number);
if (process.platform === "win32") {
  process.stderr.write("dbops does not run on native Windows; it works under WSL\n");
  process.exitCode = 8;
} else if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`dbops needs Node 20.19 or newer; this is ${process.versions.node}\n`);
  process.exitCode = 8;
} else {
  // Without a listener Node ends here with a stack. Whoever writes learns of it too, and a reader that goes away
  // (`dbops backup list | head`) is no error while a full disk is.
  process.stdout.on("error", () => {});
  process.stderr.on("error", () => {});
  // Streams make many short-lived buffers outside the heap. While V8 marks in steps it keeps them, runs into its limit and
  // marks again: a third of dbops's own time. Marking this small heap in one go takes 10 ms, and is hardly ever needed.
  setFlagsFromString("--no-incremental-marking");
  // As in Node 21 and newer. Where it is missing, pg finds out where it runs by making a Response, which loads all of fetch.
  globalThis.navigator ??= { userAgent: `Node.js/${major}` };
  const { main } = await import("../bundle/main.js");
  await main(process.argv.slice(2));
}
