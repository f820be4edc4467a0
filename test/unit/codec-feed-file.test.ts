import { createHash } from "node:crypto";
import { truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { openCompressor } from "#dbops/lib/codec/compress.js";
import { openDecompressor } from "#dbops/lib/codec/decompress.js";
import { feedFile } from "#dbops/lib/codec/feed-file.js";
import { ChildRegistry } from "#dbops/lib/system/child-registry.js";
import { collect, sampleBytes, temporaryFolder, through } from "../support/codec-run.js";

const children = new ChildRegistry();
const env = { PATH: process.env.PATH };

afterAll(() => children[Symbol.asyncDispose]());

async function openZstd() {
  const stage = await openCompressor("zstd", { level: null, content: "pages", children, env });
  if (stage?.isPipe !== true) throw new Error("these tests need the zstd program");
  return stage;
}

test.each([0, 1, 512 * 1024, 3_000_001])("all %d bytes of a file arrive, and the digest is theirs", async (size) => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "file");
  const bytes = sampleBytes(size);
  await writeFile(path, bytes);
  const stage = await openZstd();
  const heard: number[] = [];
  const [digest, compressed] = await Promise.all([
    feedFile(path, stage.input, (count) => heard.push(count)),
    collect(stage.output),
    stage.ended,
  ]);
  expect(digest).toEqual({ bytes: size, sha256: createHash("sha256").update(bytes).digest("hex") });
  expect(heard.reduce((sum, count) => sum + count, 0)).toBe(size);
  const back = await through(compressed, [await openDecompressor("zstd", { children, env })]);
  expect(bytes.equals(back)).toBe(true);
});

test("a child that is killed ends the feeding", async () => {
  await using folder = await temporaryFolder();
  const path = join(folder.path, "file");
  await writeFile(path, "");
  await truncate(path, 2 ** 40);
  const stage = await openZstd();
  const pid = children.live.at(-1)?.pid ?? 0;
  let fed = 0;
  const feeding = feedFile(path, stage.input, (count) => {
    fed += count;
    if (fed === 4 * 1024 * 1024) process.kill(pid, "SIGKILL");
  });
  stage.output.resume();
  await expect(feeding).rejects.toThrow();
  await expect(stage.ended).rejects.toMatchObject({ code: "TOOL.FAILED" });
});
