import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { COMPRESSIONS, type Compression, chooseCompression } from "#dbops/lib/codec/choose-compression.js";
import { type Content, checkLevel, openCompressor } from "#dbops/lib/codec/compress.js";
import { openDecompressor } from "#dbops/lib/codec/decompress.js";
import { openHashTap } from "#dbops/lib/codec/hash-tap.js";
import { nodeZstd } from "#dbops/lib/codec/zstd-library.js";
import { ChildRegistry } from "#dbops/lib/system/child-registry.js";
import { codeOf, sampleBytes, through } from "../support/codec-run.js";

const children = new ChildRegistry();
const env = { PATH: process.env.PATH };
const nothingOnPath = { PATH: "/nonexistent" };
const sample = sampleBytes(3_000_000);

afterAll(() => children[Symbol.asyncDispose]());

async function packed(
  kind: Compression,
  bytes: Buffer,
  level: number | null = null,
  content: Content = "pages",
): Promise<Buffer> {
  return await through(bytes, [await openCompressor(kind, { level, content, children, env })]);
}

async function unpacked(kind: Compression, bytes: Buffer): Promise<Buffer> {
  return await through(bytes, [await openDecompressor(kind, { children, env })]);
}

describe.each(COMPRESSIONS)("%s", (kind) => {
  test.each([0, 1, 3_000_000])("gives back %i bytes", async (size) => {
    const bytes = sample.subarray(0, size);
    expect(bytes.equals(await unpacked(kind, await packed(kind, bytes)))).toBe(true);
  });
});

describe.each([
  ["zstd", ["zstd", "-dc"], ["zstd", "-c"]],
  ["gzip", ["gzip", "-dc"], ["gzip", "-c"]],
] as const)("%s and its program", (kind, [open, ...openArgs], [make, ...makeArgs]) => {
  const limits = { maxBuffer: 1e8 };

  test("the program opens what dbops wrote", async () => {
    const opened = execFileSync(open, openArgs, { ...limits, input: await packed(kind, sample) });
    expect(sample.equals(opened)).toBe(true);
  });

  test("dbops opens what the program wrote", async () => {
    const made = execFileSync(make, makeArgs, { ...limits, input: sample });
    expect(sample.equals(await unpacked(kind, made))).toBe(true);
  });

  test("a flipped byte anywhere is found, or changes nothing", async () => {
    const good = await packed(kind, sample);
    for (const place of placesIn(good.length)) {
      const bad = Buffer.from(good);
      bad.writeUInt8(bad.readUInt8(place) ^ 0x10, place);
      const outcome = await unpacked(kind, bad).then(
        (bytes) => (sample.equals(bytes) ? "the same bytes" : "WRONG BYTES"),
        (error: unknown) => codeOf(Promise.reject(error)),
      );
      expect.soft(["the same bytes", "BACKUP.DAMAGED"], `flipped at ${place}`).toContain(outcome);
    }
  });

  test("a cut file is damaged", async () => {
    const good = await packed(kind, sample);
    for (const length of [0, 1, 5, 1000, good.length - 1]) {
      expect.soft(await codeOf(unpacked(kind, good.subarray(0, length))), `cut at ${length}`).toBe("BACKUP.DAMAGED");
    }
  });

  test("something else is damaged", async () => {
    expect(await codeOf(unpacked(kind, Buffer.from("just text, no archive")))).toBe("BACKUP.DAMAGED");
  });
});

test("zstd carries a checksum of the content", async () => {
  const frameHeaderDescriptor = (await packed("zstd", sample)).readUInt8(4);
  expect(frameHeaderDescriptor & 0b100).toBe(0b100);
});

test.each([
  ["zstd", 1, 19],
  ["gzip", 1, 9],
] as const)("a higher level of %s makes less of it", async (kind, low, high) => {
  const words = ["order", "customer", "2026-09-01", "shipped", "Rotterdam", "null", "19.99", "express", "tax", "\n"];
  const text = Buffer.from(Array.from(sample.subarray(-300_000), (byte) => words[byte % words.length]).join(" "));
  const [large, small] = [await packed(kind, text, low), await packed(kind, text, high)];
  expect(small.length).toBeLessThan(large.length);
});

test("levels that do not exist are refused before anything starts", async () => {
  expect(await codeOf(openCompressor("zstd", { level: 23, content: "pages", children, env }))).toBe("USAGE.INVALID");
  expect(await codeOf(openCompressor("gzip", { level: 0, content: "pages", children, env }))).toBe("USAGE.INVALID");
  expect(() => checkLevel("gzip", 1.5)).toThrow("gzip has no level 1.5");
});

test("rows as text are packed tighter than pages unless a level is asked for, and no looser than pg_dump's own gzip", async () => {
  const words = ["order", "customer", "shipped", "Rotterdam", "express", "tax", "pending", "blue", "large", "gift"];
  const digest = (id: number) => createHash("md5").update(String(id)).digest();
  const word = (id: number, n: number) => words[digest(id).readUInt8(n) % words.length];
  const row = (id: number) => `${id}\t${word(id, 0)} ${word(id, 1)} ${word(id, 2)}\t${digest(id).toString("hex")}\n`;
  const rows = Buffer.from(Array.from({ length: 20_000 }, (_, id) => row(id)).join(""));
  const [pages, text] = [await packed("zstd", rows), await packed("zstd", rows, null, "text")];
  expect(text.length).toBeLessThan(pages.length);
  expect(text.length).toBeLessThanOrEqual((await packed("gzip", rows)).length);
  expect(rows.equals(await unpacked("zstd", text))).toBe(true);
  expect((await packed("zstd", rows, 5, "text")).equals(await packed("zstd", rows, 5))).toBe(true);
});

describe("without a zstd program", () => {
  const library = nodeZstd();

  test("the choice says what this Node can do", async () => {
    const choice = await chooseCompression("zstd", nothingOnPath);
    expect(choice.program).toBeNull();
    expect(choice.kind).toBe(library === null ? "gzip" : "zstd");
    expect(choice.notice === null).toBe(library !== null);
  });

  test("zstd is read and written by Node itself, or the error names the package", async () => {
    const written = openCompressor("zstd", { level: null, content: "pages", children, env: nothingOnPath });
    const read = openDecompressor("zstd", { children, env: nothingOnPath });
    if (library === null) {
      expect(await codeOf(written)).toBe("TOOL.MISSING");
      await expect(read).rejects.toMatchObject({ code: "TOOL.MISSING", hint: "install the package zstd" });
    } else {
      const bytes = await through(sample, [await written]);
      expect(bytes.readUInt8(4) & 0b100).toBe(0b100);
      expect(sample.equals(await through(bytes, [await read]))).toBe(true);
    }
  });

  test("what was not asked for is not chosen", async () => {
    expect(await chooseCompression("none", nothingOnPath)).toEqual({ kind: "none", program: null, notice: null });
    expect(await chooseCompression("gzip", env)).toEqual({ kind: "gzip", program: null, notice: null });
  });
});

test("a hash tap changes nothing and counts everything", async () => {
  let heard = 0;
  const tap = openHashTap((bytes) => {
    heard += bytes;
  });
  expect(sample.equals(await through(sample, [tap]))).toBe(true);
  const sha256 = createHash("sha256").update(sample).digest("hex");
  expect(await tap.digest).toEqual({ bytes: sample.length, sha256 });
  expect(heard).toBe(sample.length);
});

test("the hash of nothing is the hash of nothing", async () => {
  const tap = openHashTap();
  await through(Buffer.alloc(0), [tap]);
  expect(await tap.digest).toEqual({ bytes: 0, sha256: createHash("sha256").digest("hex") });
});

function placesIn(length: number): readonly number[] {
  return [0, 1, 2, 3, 4, 5, 8, 12, 100, length >> 2, length >> 1, length - 9, length - 5, length - 4, length - 1];
}
