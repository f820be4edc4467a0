import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
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

describe("stopped in the middle of a large folder", () => {
  beforeEach(async () => {
    for (let index = 0; index < 60; index += 1) {
      await writeFile(join(folder, "in", `${index}.dat`), Buffer.alloc(1_000_000, index));
    }
  });

  test.each([
    ["by an error of its reader", new Error("stop")],
    ["by a reader that has gone", undefined],
  ])("%s: nothing is thrown elsewhere, and no file stays open", async (_how, error) => {
    const strays: unknown[] = [];
    const note = (thrown: unknown): void => void strays.push(thrown);
    process.on("uncaughtExceptionMonitor", note).on("unhandledRejection", note);
    const packed = tarFolder(join(folder, "in"));
    const isClosed = new Promise((resolve) => packed.once("close", resolve));
    packed.on("error", () => {});
    await firstBytes(packed, 5_000_000);
    packed.destroy(error);
    await isClosed;
    await until(async () => (await openFilesIn(folder)) === 0);
    process.off("uncaughtExceptionMonitor", note).off("unhandledRejection", note);
    expect(strays).toEqual([]);
  });

  test("many times over: it does not add up", async () => {
    for (let round = 0; round < 20; round += 1) {
      const packed = tarFolder(join(folder, "in"));
      await firstBytes(packed, 1_000_000);
      packed.destroy();
    }
    await until(async () => (await openFilesIn(folder)) === 0);
  });
});

test.each([
  ["shorter", 10],
  ["longer", 60_000_000],
])("a file that gets %s while it is read is an error, not a wrong archive", async (_how, sizeBytes) => {
  await writeFile(join(folder, "in", "1.dat"), Buffer.alloc(50_000_000));
  const packed = tarFolder(join(folder, "in")).on("error", () => {});
  await firstBytes(packed, 1_000_000);
  await truncate(join(folder, "in", "1.dat"), sizeBytes);
  await expect(buffer(packed)).rejects.toMatchObject({ code: "BACKUP.DAMAGED" });
  await until(async () => (await openFilesIn(folder)) === 0);
});

test("a file that cannot be read is an error", async () => {
  await writeFile(join(folder, "in", "1.dat"), "x");
  const packed = tarFolder(join(folder, "in"));
  await rm(join(folder, "in", "1.dat"));
  await expect(buffer(packed)).rejects.toMatchObject({ code: "ENOENT" });
});

test("a folder in the folder is no part of a dump, and the stream says so", async () => {
  await mkdir(join(folder, "in", "sub"));
  await expect(buffer(tarFolder(join(folder, "in")))).rejects.toMatchObject({ code: "USAGE.INVALID" });
});

async function firstBytes(stream: Readable, bytes: number): Promise<void> {
  let read = 0;
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    read += chunk.length;
    if (read >= bytes) return;
  }
}

async function openFilesIn(path: string): Promise<number> {
  const targets = (await readdir("/proc/self/fd")).map((name) => readlink(`/proc/self/fd/${name}`).catch(() => ""));
  return (await Promise.all(targets)).filter((target) => target.startsWith(path)).length;
}

/** Closing is done by the system, a few turns later. */
async function until(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await new Promise((resolve) => setImmediate(resolve));
}
