import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { DbopsError } from "#dbops/lib/core/errors.js";
import type { Storage } from "#dbops/lib/storage/storage.js";
import { codeOf, collect, endlessSource, never, sampleBytes } from "../support/codec-run.js";

export interface FreshStorage extends AsyncDisposable {
  readonly storage: Storage;
}

/** What every store must do; `fresh` makes an empty one that does not exist yet. */
export function storageConformance(title: string, fresh: () => Promise<FreshStorage>): void {
  describe(`${title}: the storage contract`, () => {
    const made: FreshStorage[] = [];
    const sample = sampleBytes(2_500_000);
    const sha256 = createHash("sha256").update(sample).digest("hex");

    async function empty(): Promise<Storage> {
      const one = await fresh();
      made.push(one);
      return one.storage;
    }

    afterEach(async () => {
      for (const one of made.splice(0)) await one[Symbol.asyncDispose]();
    });

    test("an absent store is empty, writable, and is not made by looking", async () => {
      const storage = await empty();
      expect(await storage.list("")).toEqual([]);
      expect(await storage.stat("a")).toBeNull();
      expect(await storage.isWritable()).toBe(true);
      expect(await storage.sweep()).toEqual([]);
      await storage.delete("a");
      expect(await codeOf(storage.get("a"))).toBe("BACKUP.PART_MISSING");
    });

    test("what was put is given back, counted and hashed", async () => {
      const storage = await empty();
      expect(await storage.put("a.zst", bytesOf(sample), never)).toEqual({ bytes: sample.length, sha256 });
      expect(sample.equals(await collect(await storage.get("a.zst")))).toBe(true);
      expect(await storage.stat("a.zst")).toMatchObject({ name: "a.zst", bytes: sample.length });
    });

    test("an empty object is an object", async () => {
      const storage = await empty();
      const emptySha256 = createHash("sha256").digest("hex");
      expect(await storage.put("nothing", bytesOf(Buffer.alloc(0)), never)).toEqual({ bytes: 0, sha256: emptySha256 });
      expect(await collect(await storage.get("nothing"))).toHaveLength(0);
    });

    test("reading can begin anywhere", async () => {
      const storage = await empty();
      await storage.put("a", bytesOf(sample), never);
      for (const from of [1, 1_048_576, sample.length - 1, sample.length, sample.length + 1]) {
        const rest = await collect(await storage.get("a", from));
        expect.soft(sample.subarray(from).equals(rest), `from ${from}`).toBe(true);
      }
    });

    test("several readers of one object do not disturb each other, and one may stop early", async () => {
      const storage = await empty();
      await storage.put("a", bytesOf(sample), never);
      const stopped = await storage.get("a");
      for await (const chunk of stopped) if (chunk.length > 0) break;
      const [one, two] = await Promise.all([storage.get("a").then(collect), storage.get("a").then(collect)]);
      expect(sample.equals(one) && sample.equals(two)).toBe(true);
      (await storage.get("a")).destroy();
    });

    test("lists by prefix, sorted by name", async () => {
      const storage = await empty();
      for (const name of ["b_2", "a_10", "a_1", "B_1"]) await storage.put(name, bytesOf(Buffer.from(name)), never);
      expect((await storage.list("")).map(({ name }) => name)).toEqual(["B_1", "a_1", "a_10", "b_2"]);
      expect((await storage.list("a_")).map(({ name, bytes }) => [name, bytes])).toEqual([
        ["a_1", 3],
        ["a_10", 4],
      ]);
      expect((await storage.list(""))[0]?.modifiedAt).toBeInstanceOf(Date);
    });

    test("never replaces an object, and reads nothing of the content then", async () => {
      const storage = await empty();
      await storage.put("a", bytesOf(sample), never);
      const { stream, given } = endlessSource();
      expect(await codeOf(storage.put("a", stream, never))).toBe("STORE.EXISTS");
      expect(given()).toBe(0);
      expect(stream.destroyed).toBe(true);
      expect(sample.equals(await collect(await storage.get("a")))).toBe(true);
    });

    test("of two that put one name at once, one wins and the other is told", async () => {
      const storage = await empty();
      const contents = [Buffer.from("one"), Buffer.from("two"), Buffer.from("three")];
      const results = await Promise.allSettled(contents.map((content) => storage.put("a", bytesOf(content), never)));
      const winners = contents.filter((_content, index) => results[index]?.status === "fulfilled");
      expect(winners).toHaveLength(1);
      expect(await collect(await storage.get("a"))).toEqual(winners[0]);
      for (const result of results) {
        if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "STORE.EXISTS" });
      }
      expect(await storage.sweep()).toEqual([]);
    });

    test("content that fails leaves nothing, and its own error", async () => {
      const storage = await empty();
      const boom = new DbopsError("BACKUP.INCOMPLETE", { message: "the producer failed" });
      const failing = Readable.from(
        (async function* () {
          yield sample;
          throw boom;
        })(),
        { objectMode: false },
      );
      await expect(storage.put("a", failing, never)).rejects.toBe(boom);
      expect(await storage.list("")).toEqual([]);
      expect(await storage.sweep()).toEqual([]);
    });

    test("an abort leaves nothing, and the signal's reason", async () => {
      const storage = await empty();
      const controller = new AbortController();
      const reason = new DbopsError("RUN.INTERRUPTED", { message: "Ctrl-C" });
      const { stream } = endlessSource((bytes) => bytes > 3_000_000 && controller.abort(reason));
      await expect(storage.put("a", stream, controller.signal)).rejects.toBe(reason);
      expect(stream.destroyed).toBe(true);
      expect(await storage.list("")).toEqual([]);
      expect(await storage.sweep()).toEqual([]);
      await expect(storage.put("a", endlessSource().stream, AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    test("nothing is visible before the content has ended", async () => {
      const storage = await empty();
      let wasVisible = false;
      const watched = Readable.from(
        (async function* () {
          yield sample;
          wasVisible = (await storage.stat("a")) !== null || (await storage.list("")).length > 0;
          yield sample;
        })(),
        { objectMode: false },
      );
      await storage.put("a", watched, never);
      expect(wasVisible).toBe(false);
      expect(await storage.stat("a")).not.toBeNull();
    });

    test("deletes, and deleting again is no error", async () => {
      const storage = await empty();
      await storage.put("a", bytesOf(sample), never);
      await storage.delete("a");
      await storage.delete("a");
      expect(await storage.list("")).toEqual([]);
      expect(await storage.put("a", bytesOf(Buffer.from("again")), never)).toMatchObject({ bytes: 5 });
    });

    test.each(["a b", "$(touch x)", "-rf", "ünï – код", "a'b\"c", "a\nb", "%2F..", "x".repeat(200), "*.json"])(
      "takes the name %j as it is",
      async (name) => {
        const storage = await empty();
        await storage.put(name, bytesOf(Buffer.from(name)), never);
        expect((await storage.list("")).map((facts) => facts.name)).toEqual([name]);
        expect((await collect(await storage.get(name))).toString()).toBe(name);
        await storage.delete(name);
        expect(await storage.stat(name)).toBeNull();
      },
    );

    test.each(["", ".", "..", ".hidden", "a/b", "../a", "/etc/passwd", "a\0b", "a.partial", "x".repeat(201)])(
      "refuses the name %j everywhere",
      async (name) => {
        const storage = await empty();
        expect(await codeOf(storage.put(name, bytesOf(sample), never))).toBe("USAGE.INVALID");
        expect(await codeOf(storage.get(name))).toBe("USAGE.INVALID");
        expect(await codeOf(storage.stat(name))).toBe("USAGE.INVALID");
        expect(await codeOf(storage.delete(name))).toBe("USAGE.INVALID");
      },
    );
  });
}

export function bytesOf(content: Buffer): Readable {
  return Readable.from(content.length === 0 ? [] : [content], { objectMode: false });
}
