import { execFileSync } from "node:child_process";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codeOf, temporaryFolder } from "../support/codec-run.js";
import { openRecords, readRequest, readTable, readTables, readText } from "../support/import-reading.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const CSV = "id,name\n1,x\n2,y\n";
const ROWS = [
  ["1", "x"],
  ["2", "y"],
];

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(path, content);
  return path;
}

const zstd = (content: string) => execFileSync("zstd", ["-q", "-c"], { input: content });

describe("one file", () => {
  test.each([
    ["users.csv", CSV, "users"],
    ["users.CSV.GZ", gzipSync(CSV), "users"],
    ["my.users.csv.zst", zstd(CSV), "my.users"],
    ["users.tsv", CSV.replaceAll(",", "\t"), "users"],
    ["users", gzipSync(CSV), "users"],
    ["users.txt", CSV.replaceAll(",", "|"), "users"],
  ])("%s names its table and is read", async (name, content, table) => {
    const read = await readText(folder.path, { name, content });
    expect([read.name, read.rows]).toEqual([table, ROWS]);
  });

  test("is read from the beginning each time, and says how far it is in stored bytes", async () => {
    const packed = gzipSync(`a,b\n${"1,2\n".repeat(100_000)}`);
    const [table] = await openRecords(readRequest(await fileOf("twice.csv.gz", packed), folder.path));
    if (table === undefined) throw new Error("no table");
    expect((await readTable(table)).rows.length).toBe(100_000);
    let bytesRead = 0;
    for await (const batch of table.records()) {
      expect(batch.bytesRead).toBeGreaterThanOrEqual(bytesRead);
      bytesRead = batch.bytesRead;
    }
    expect([bytesRead, table.sizeBytes]).toEqual([packed.length, packed.length]);
  });

  test("can be left before its end", async () => {
    const [table] = await openRecords(
      readRequest(await fileOf("left.csv.zst", zstd(`a,b\n${"1,2\n".repeat(500_000)}`)), folder.path),
    );
    let count = 0;
    for await (const { rows } of table?.records() ?? []) {
      count += rows.length;
      break;
    }
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(500_000);
  });

  test("what its name says and what is wished must fit", async () => {
    const path = await fileOf("wish.csv", CSV);
    expect(await codeOf(readTables(path, folder.path, { format: "json" }))).toBe("USAGE.INVALID");
    expect((await readTables(path, folder.path, { format: "tsv" }))[0]?.columns).toEqual(["id,name"]);
    const [read] = await readTables(await fileOf("lines.json", '{"a":[]}\n'), folder.path, { format: "ndjson" });
    expect(read?.columns).toEqual(["a"]);
  });
});

describe("what is no input", () => {
  test.each([
    ["empty.csv", "", "is empty"],
    ["blank.csv", "\n\n", "holds no record"],
    ["packed.csv.gz", gzipSync(""), "is empty"],
    ["cut.csv.gz", gzipSync(CSV.repeat(1000)).subarray(0, 60), "cannot be unpacked to its end"],
    ["cut.csv.zst", zstd(CSV.repeat(1000)).subarray(0, 30), "cannot be unpacked to its end"],
    ["not.csv.gz", CSV, "cannot be unpacked to its end"],
    ["binary.csv", Buffer.from(Array.from({ length: 999 }, (_, index) => (index * 7919) % 256)), "is no text"],
    ["database.csv", `SQLite format 3\0${CSV}`, "is no text"],
    ["columns.csv", "PAR1\x15\x04\x15", "is no text"],
    ["not.tar", CSV, "no tar archive"],
    ["not.zip", CSV, "no zip archive"],
    ["object.json", "{}", "holds no record"],
  ])("%s", async (name, content, message) => {
    await expect(readText(folder.path, { name, content })).rejects.toMatchObject({
      code: "IMPORT.INPUT_INVALID",
      message: expect.stringContaining(message),
    });
  });

  test("but a text that begins like a Parquet file is one", async () => {
    const { columns } = await readText(folder.path, { name: "p.csv", content: "PAR1,n\n1,2\n" });
    expect(columns).toEqual(["PAR1", "n"]);
  });

  test("a path that does not exist", async () => {
    expect(await codeOf(readTables(join(folder.path, "missing.csv"), folder.path))).toBe("IMPORT.NOT_FOUND");
  });

  test("a folder without files of records", async () => {
    const path = join(folder.path, "nothing");
    await mkdir(path);
    await writeFile(join(path, "README.md"), "x");
    expect(await codeOf(readTables(path, folder.path))).toBe("IMPORT.INPUT_INVALID");
  });
});

describe("a stream", () => {
  test("is kept in a private file, so that it can be read twice", async () => {
    const work = join(folder.path, "work");
    await mkdir(work);
    const stream = Readable.from([Buffer.from(CSV.slice(0, 5)), Buffer.from(CSV.slice(5))], { objectMode: false });
    const [table] = await openRecords(readRequest({ kind: "stream", stream, label: "standard input" }, work));
    if (table === undefined) throw new Error("no table");
    expect([table.name, table.place]).toEqual([null, "standard input"]);
    expect((await readTable(table)).rows).toEqual(ROWS);
    expect((await readTable(table)).rows).toEqual(ROWS);
    const [kept] = await readdir(work);
    expect((await stat(join(work, kept ?? ""))).mode & 0o777).toBe(0o600);
  });

  test("may be compressed, or a named pipe", async () => {
    const pipe = join(folder.path, "pipe.csv");
    const work = join(folder.path, "pipe-work");
    await mkdir(work);
    execFileSync("mkfifo", [pipe]);
    const writing = writeFile(pipe, gzipSync(CSV));
    const [read] = await readTables(pipe, work);
    await writing;
    expect([read?.name, read?.rows]).toEqual(["pipe", ROWS]);
  });
});

test("a run that is stopped stops the reading", async () => {
  const stop = new AbortController();
  const path = await fileOf("stopped.csv", `a,b\n${"1,2\n".repeat(1_000_000)}`);
  const [table] = await openRecords(readRequest(path, folder.path, { signal: stop.signal }));
  const reading = async () => {
    for await (const _ of table?.records() ?? []) stop.abort(new Error("stopped"));
  };
  await expect(reading()).rejects.toThrow("stopped");
});
