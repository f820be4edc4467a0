import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { tarFolder } from "#dbops/lib/codec/tar-folder.js";

const run = promisify(execFile);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbops-tar-"));
  await mkdir(join(folder, "in"));
  await mkdir(join(folder, "out"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test("tar itself unpacks it: empty files, whole blocks, odd sizes, the longest name", async () => {
  const files = { "toc.dat": 700, empty: 0, block: 512, "1.dat": 3_000_001, ["n".repeat(100)]: 1 };
  for (const [name, size] of Object.entries(files)) await writeFile(join(folder, "in", name), Buffer.alloc(size, name));
  const packed = await buffer(tarFolder(join(folder, "in")));
  await writeFile(join(folder, "a.tar"), packed);
  await run("tar", ["-xf", "../a.tar"], { cwd: join(folder, "out") });
  for (const [name, size] of Object.entries(files)) {
    expect(Buffer.alloc(size, name).equals(await readFile(join(folder, "out", name))), name).toBe(true);
  }
  expect(packed.toString("utf8", 0, 7)).toBe("toc.dat");
});

test("a file beyond 8 GiB has a size that tar reads", async () => {
  const file = join(folder, "in", "huge");
  await writeFile(file, "");
  await truncate(file, 9 * 2 ** 30);
  const stream = tarFolder(join(folder, "in"));
  const chunks: Buffer[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
    break;
  }
  await writeFile(join(folder, "a.tar"), Buffer.concat(chunks).subarray(0, 512));
  const { stdout } = await run("tar", ["-tvf", join(folder, "a.tar")]).catch(({ stdout }) => ({
    stdout: String(stdout),
  }));
  expect(stdout).toContain(String(9 * 2 ** 30));
});

test("a folder in the folder is no part of a dump, and the stream says so", async () => {
  await mkdir(join(folder, "in", "sub"));
  await expect(buffer(tarFolder(join(folder, "in")))).rejects.toMatchObject({ code: "USAGE.INVALID" });
});
