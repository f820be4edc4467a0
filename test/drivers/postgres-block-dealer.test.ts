import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { BlockDealer } from "#dbops/drivers/postgres/block-dealer.js";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import { openTocTap } from "#dbops/drivers/postgres/toc-tap.js";
import { type TestContext, testContext } from "../support/driver-context.js";
import { type FreshDatabase, freshDatabase } from "../support/fresh-database.js";
import { snapshotRequest } from "../support/snapshot-request.js";
import { keepSnapshot } from "../support/source.js";

const run = promisify(execFile);
let db: FreshDatabase;
let t: TestContext;

beforeAll(async () => {
  db = await freshDatabase(inject("postgresUrl"));
  t = await testContext();
  await db.sql(`
    CREATE TABLE many (id int, name text); INSERT INTO many SELECT i, 'row ' || i FROM generate_series(1, 20000) i;
    CREATE TABLE lines (body text); INSERT INTO lines SELECT E'one\\ntwo \\\\. three\\n' || i FROM generate_series(1, 200) i;
    CREATE TABLE wide (body text); INSERT INTO wide SELECT repeat(md5(i::text), 30000) FROM generate_series(1, 5) i;
    CREATE TABLE empty (x int); CREATE SEQUENCE s START 7; SELECT nextval('s');
    SELECT lo_from_bytea(0, decode(repeat('0a', 300000), 'hex')); SELECT lo_from_bytea(0, '');
  `);
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
  await t[Symbol.asyncDispose]();
});

async function archive(...passThrough: readonly string[]): Promise<Buffer> {
  await using driver = await postgresEngine.open({ engine: "postgres", name: "x", location: db.url }, t.context);
  await using snapshot = await driver.takeSnapshot(snapshotRequest(t.workDir, { fingerprint: "none", passThrough }));
  const { source } = await keepSnapshot(snapshot);
  return await buffer(await source.openMain());
}

async function tocOf(bytes: Buffer) {
  const tap = openTocTap();
  Readable.from([bytes]).pipe(tap.stream).resume();
  return (await tap.head).toc;
}

/** What each of three readers gets, when the archive arrives in chunks of that size. */
async function deal(bytes: Buffer, chunkBytes: number): Promise<Buffer[]> {
  const dealer = new BlockDealer(await tocOf(bytes), 3);
  const chunks = Array.from({ length: Math.ceil(bytes.length / chunkBytes) }, (_, index) =>
    bytes.subarray(index * chunkBytes, (index + 1) * chunkBytes),
  );
  const [dealt] = await Promise.all([
    Promise.all(dealer.readers.map((reader) => buffer(reader))),
    pipeline(Readable.from(chunks), dealer),
  ]);
  return dealt;
}

/** The lines that pg_restore makes of an archive's rows, and of what only the first reader gets. */
async function linesOf(bytes: Buffer, reader = 0): Promise<string[]> {
  const file = join(t.workDir, `reader-${reader}.dump`);
  await writeFile(file, bytes);
  const rows = (await tocOf(bytes)).entries.filter(({ desc }) => desc === "TABLE DATA").map(({ id }) => `${id};\n`);
  await writeFile(`${file}.list`, rows.join(""));
  const list = reader === 0 ? [] : [`--use-list=${file}.list`];
  const { stdout } = await run("pg_restore", ["--section=data", ...list, "--file=-", file], { maxBuffer: 1e9 });
  const isFrame = /^(--|SET |COPY |\\\.|\\(un)?restrict|SELECT pg_catalog|BEGIN|COMMIT)/;
  const lines = stdout.split("\n").filter((line) => line !== "" && !isFrame.test(line));
  return lines.map((line) => (line.length < 100 ? line : createHash("sha256").update(line).digest("hex")));
}

describe("an archive dealt to three readers", () => {
  test.each([997, 65536, 1_000_003])(
    "every row arrives at exactly one of them, in chunks of %i bytes",
    async (size) => {
      const bytes = await archive();
      const whole = await linesOf(bytes);
      const dealt = await Promise.all((await deal(bytes, size)).map(linesOf));
      expect(dealt.flat().sort()).toEqual(whole.sort());
      expect(whole.length).toBeGreaterThan(20_200);
    },
  );

  test("a large table is shared by all who wait for rows", async () => {
    const dealt = await Promise.all((await deal(await archive(), 4096)).map(linesOf));
    expect(dealt.filter((lines) => lines.some((line) => /\trow \d+$/.test(line))).length).toBeGreaterThan(1);
  });

  test("INSERT statements are not: a line's end may be within a value", async () => {
    const bytes = await archive("--inserts");
    const dealt = await Promise.all((await deal(bytes, 4096)).map(linesOf));
    expect(dealt.flat().sort()).toEqual((await linesOf(bytes)).sort());
    expect(dealt.filter((lines) => lines.includes("two \\. three"))).toHaveLength(1);
  });
});

test("an archive that ends early, or holds something else than blocks, is damaged for every reader", async () => {
  const bytes = await archive();
  const { sizeBytes } = await tocOf(bytes);
  const strange = Buffer.from(bytes);
  strange[sizeBytes] = 9;
  for (const bad of [bytes.subarray(0, bytes.length - 3), bytes.subarray(0, sizeBytes + 100_000), strange]) {
    await expect(deal(bad, 65536)).rejects.toMatchObject({ code: "BACKUP.DAMAGED" });
  }
});

test("a reader that goes away ends the others: its rows are missing from them", async () => {
  const bytes = await archive();
  const dealer = new BlockDealer(await tocOf(bytes), 2);
  const [first, second] = dealer.readers;
  first?.destroy(new Error("gone"));
  const reading = second === undefined ? Promise.resolve() : buffer(second);
  const results = await Promise.allSettled([pipeline(Readable.from([bytes]), dealer), reading]);
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
});
