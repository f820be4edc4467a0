import { once } from "node:events";
import { PassThrough, Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { afterAll, describe, expect, test } from "vitest";
import { openCompressor } from "#dbops/lib/codec/compress.js";
import { openDecompressor } from "#dbops/lib/codec/decompress.js";
import { openHashTap } from "#dbops/lib/codec/hash-tap.js";
import { connect } from "#dbops/lib/codec/pipeline.js";
import { DbopsError } from "#dbops/lib/core/errors.js";
import { ChildRegistry } from "#dbops/lib/system/child-registry.js";
import { codeOf, collect, endlessSource, never, sampleBytes } from "../support/codec-run.js";

const children = new ChildRegistry();
const env = { PATH: process.env.PATH };
const zstd = () => openCompressor("zstd", { level: null, content: "pages", children, env });

afterAll(() => children[Symbol.asyncDispose]());

/** Reads all; resolves with what the reader saw and what `ended` says. */
async function outcome(chain: ReturnType<typeof connect>) {
  const [read, ended] = await Promise.allSettled([pipeline(chain.output, nowhere()), chain.ended]);
  return { read, ended };
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

const boom = new DbopsError("BACKUP.INCOMPLETE", { message: "the producer failed" });
const failedWith = (reason: unknown) => ({ status: "rejected", reason });

describe("the first cause", () => {
  test("of a source that fails in the middle reaches the reader and `ended`", async () => {
    const source = Readable.from(
      (async function* () {
        yield sampleBytes(2_000_000);
        throw boom;
      })(),
      { objectMode: false },
    );
    const seen = await outcome(connect(source, [openHashTap(), await zstd()], never));
    expect(seen).toEqual({ read: failedWith(boom), ended: failedWith(boom) });
  });

  test("of a producer that delivers a clean end and then admits its failure", async () => {
    const stream = Readable.from([sampleBytes(500_000)], { objectMode: false });
    const ended = once(stream, "close").then(() => Promise.reject(boom));
    const seen = await outcome(connect({ stream, ended }, [await zstd()], never));
    expect(seen).toEqual({ read: failedWith(boom), ended: failedWith(boom) });
  });

  test("of a reader that fails is the reader's own, and the children are gone", async () => {
    const full = new DbopsError("RESOURCE.DISK_FULL", { message: "no space" });
    const chain = connect(endlessSource().stream, [openHashTap(), await zstd()], never);
    let bytes = 0;
    const reader = new Writable({
      write(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        done(bytes > 1_000_000 ? full : null);
      },
    });
    await expect(pipeline(chain.output, reader)).rejects.toBe(full);
    await expect(chain.ended).rejects.toBe(full);
    expect(children.live).toEqual([]);
  });

  test("of an abort is the signal's reason, and the children are gone", async () => {
    const controller = new AbortController();
    const interrupted = new DbopsError("RUN.INTERRUPTED", { message: "Ctrl-C" });
    const chain = connect(endlessSource().stream, [await zstd(), openHashTap()], controller.signal);
    chain.output.once("data", () => controller.abort(interrupted));
    expect(await outcome(chain)).toEqual({ read: failedWith(interrupted), ended: failedWith(interrupted) });
    expect(children.live).toEqual([]);
  });

  test("of a signal that was aborted before is its reason too", async () => {
    const interrupted = new DbopsError("RUN.INTERRUPTED", { message: "Ctrl-C" });
    const chain = connect(endlessSource().stream, [await zstd()], AbortSignal.abort(interrupted));
    expect(await outcome(chain)).toEqual({ read: failedWith(interrupted), ended: failedWith(interrupted) });
    expect(children.live).toEqual([]);
  });

  test("of a bad archive is the damage, not the broken pipes around it", async () => {
    for (const kind of ["zstd", "gzip"] as const) {
      const stage = await openDecompressor(kind, { children, env });
      const chain = connect(endlessSource().stream, [openHashTap(), stage, openHashTap()], never);
      const seen = await outcome(chain);
      expect(seen.ended).toMatchObject(failedWith({ code: "BACKUP.DAMAGED" }));
      expect(seen.read).toMatchObject(failedWith({ code: "BACKUP.DAMAGED" }));
    }
  });
});

describe("kill -9 of a compressor", () => {
  test.each([0, 300_000, 3_000_000])("after %i bytes never looks like an end", async (after) => {
    const before = children.live.length;
    const stage = await zstd();
    const victim = children.live[before];
    const chain = connect(endlessSource().stream, [openHashTap(), stage, await zstd()], never);
    let bytes = 0;
    if (after === 0) process.kill(victim?.pid ?? 0, "SIGKILL");
    else
      chain.output.on("data", (chunk: Buffer) => {
        const wasBelow = bytes < after;
        bytes += chunk.length;
        if (wasBelow && bytes >= after) process.kill(victim?.pid ?? 0, "SIGKILL");
      });
    const seen = await outcome(chain);
    expect(seen.ended).toMatchObject(failedWith({ code: "TOOL.FAILED", message: "zstd ended with signal SIGKILL" }));
    expect(seen.read).toMatchObject(failedWith({ code: "TOOL.FAILED" }));
    expect(children.live).toEqual([]);
  });

  test("while its source is silent is noticed all the same", async () => {
    const silent = new PassThrough();
    silent.write("a few bytes");
    const stage = await zstd();
    const chain = connect(silent, [stage], never);
    process.kill(children.live[0]?.pid ?? 0, "SIGKILL");
    expect((await outcome(chain)).ended).toMatchObject(failedWith({ code: "TOOL.FAILED" }));
  });
});

describe("a reader that stands still", () => {
  test.each([
    ["taps", async () => openHashTap(), 16],
    ["zstd, which keeps blocks for its threads", zstd, 128],
  ] as const)("holds back the source through %s", async (_what, stage, limitMiB) => {
    const { stream, given } = endlessSource();
    const controller = new AbortController();
    const chain = connect(stream, [openHashTap(), await stage(), openHashTap()], controller.signal);
    await once(chain.output, "readable");
    let quietTurns = 0;
    for (let before = given(); quietTurns < 2000; before = given()) {
      await new Promise((resolve) => setImmediate(resolve));
      quietTurns = given() === before ? quietTurns + 1 : 0;
      expect(given()).toBeLessThan(limitMiB * 1024 * 1024);
    }
    controller.abort(boom);
    expect(await codeOf(chain.ended)).toBe(boom.code);
  });
});

test("without stages the bytes pass, and an empty source is a good one", async () => {
  const chain = connect(Readable.from([Buffer.from("abc")], { objectMode: false }), [null], never);
  expect((await collect(chain.output)).toString()).toBe("abc");
  await chain.ended;
  const empty = connect(Readable.from([], { objectMode: false }), [openHashTap()], never);
  expect(await collect(empty.output)).toHaveLength(0);
  await empty.ended;
});
