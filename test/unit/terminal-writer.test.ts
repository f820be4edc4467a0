import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createWriter } from "#dbops/lib/terminal/writer.js";

const asItIs = (text: string) => text;

test("redacts what it writes and flushes it", async () => {
  const stream = new PassThrough();
  const writer = createWriter(stream, "stdout", (text) => text.replaceAll("hunter2", "***"));
  void writer.write("password hunter2\n");
  await writer.flush();
  expect(stream.read().toString()).toBe("password ***\n");
});

test("a reader that has gone away is no error", async () => {
  const reader = spawn("true", { stdio: ["pipe", "ignore", "ignore"] });
  await new Promise((resolve) => reader.once("exit", resolve));
  using writer = createWriter(reader.stdin, "stdout", asItIs);
  await writer.write("x".repeat(1 << 20));
  await writer.write("more");
  await expect(writer.flush()).resolves.toBeUndefined();
});

test("a full disk under stdout is told, not swallowed", async () => {
  using writer = createWriter(createWriteStream("/dev/full"), "stdout", asItIs);
  await writer.write("x");
  await expect(writer.flush()).rejects.toMatchObject({ code: "RESOURCE.DISK_FULL", exit: 9 });
});

test("data for a reader that has gone away fails the one who sends it", async () => {
  const reader = spawn("true", { stdio: ["pipe", "ignore", "ignore"] });
  await new Promise((resolve) => reader.once("exit", resolve));
  using writer = createWriter(reader.stdin, "stdout", asItIs);
  const data = writer.openData();
  const failed = new Promise((resolve) => data.once("error", resolve));
  data.write(Buffer.alloc(1 << 20));
  expect(await failed).toMatchObject({ code: "OUTPUT.UNWRITABLE", why: "its reader has gone away" });
});

test("data passes unredacted and leaves the stream open at its end", async () => {
  const stream = new PassThrough();
  const writer = createWriter(stream, "stdout", () => "redacted");
  const data = writer.openData();
  await new Promise<void>((resolve) => data.end(Buffer.from([0, 255, 10]), () => resolve()));
  expect([...stream.read()]).toEqual([0, 255, 10]);
  expect(stream.writable).toBe(true);
});
