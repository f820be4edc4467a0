import { Readable, Writable } from "node:stream";
import { ArchiveBlocks, type Stretch } from "./archive-blocks.js";
import type { ArchiveToc, TocEntry } from "./archive-toc.js";

const BUFFER_BYTES = 256 * 1024;

/**
 * Deals one uncompressed archive out to several pg_restore: each gets the head and a block for every table, but only some of
 * the rows, whichever of them waits for more. Together they load as many rows at a time as there are readers, of one large
 * table as of many, and the archive is decompressed and hashed once. Large objects go to the first alone.
 */
export class BlockDealer extends Writable {
  readonly #outlets: readonly Outlet[];
  readonly #blocks: ArchiveBlocks;
  readonly #tables: ReadonlyMap<number, TocEntry>;
  /** Who hears of the block that is passing. */
  #audience: readonly Outlet[];
  /** Who gets its data. */
  #current: Outlet;
  /** True between two rows that different readers may have. */
  #mayChange = false;
  #isDealt = false;
  #resume: (() => void) | null = null;

  constructor(toc: ArchiveToc, count: number) {
    super({ highWaterMark: BUFFER_BYTES });
    const first = new Outlet(() => this.#continue());
    this.#outlets = [first, ...Array.from({ length: count - 1 }, () => new Outlet(() => this.#continue()))];
    this.#blocks = new ArchiveBlocks(toc);
    this.#tables = new Map(toc.entries.filter(({ desc }) => desc === "TABLE DATA").map((entry) => [entry.id, entry]));
    this.#audience = this.#outlets;
    this.#current = first;
    for (const outlet of this.#outlets) {
      // Whoever reads learns of it, and so does whoever writes.
      outlet.on("error", () => {});
      outlet.once("close", () => outlet.readableEnded || this.destroy(leftBy(outlet)));
    }
  }

  /** One stream for each pg_restore; the first is the one that gets what is not dealt. */
  get readers(): readonly Readable[] {
    return this.#outlets;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    try {
      for (const stretch of this.#blocks.take(chunk)) this.#deal(stretch);
      this.#resume = done;
      this.#continue();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  override _final(done: (error?: Error | null) => void): void {
    try {
      this.#blocks.end();
      for (const outlet of this.#outlets) outlet.push(null);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (error !== null) for (const outlet of this.#outlets) outlet.destroy(error);
    done(error);
  }

  #deal(stretch: Stretch): void {
    if (stretch.kind === "begin") this.#begin(stretch.id);
    if (stretch.kind !== "data") {
      for (const outlet of this.#audience) outlet.give(stretch.bytes);
      return;
    }
    if (this.#mayChange) this.#current = this.#whoWaits();
    this.#current.give(stretch.bytes);
    this.#mayChange = this.#isDealt && stretch.isLineEnd;
  }

  #begin(id: number): void {
    const table = this.#tables.get(id);
    this.#audience = table === undefined ? this.#outlets.slice(0, 1) : this.#outlets;
    this.#current = table === undefined ? (this.#outlets[0] ?? this.#current) : this.#whoWaits();
    this.#isDealt = table?.isCopied === true;
    this.#mayChange = this.#isDealt;
  }

  #whoWaits(): Outlet {
    if (this.#current.hasRoom) return this.#current;
    return this.#outlets.find(({ hasRoom }) => hasRoom) ?? this.#current;
  }

  /** Takes the next chunk once somebody can have it. */
  #continue(): void {
    const isWanted = this.#mayChange ? this.#outlets.some(({ hasRoom }) => hasRoom) : this.#current.hasRoom;
    if (!isWanted || this.#resume === null) return;
    const resume = this.#resume;
    this.#resume = null;
    resume();
  }
}

/** What one reader is given; more than its buffer only of what everybody gets. */
class Outlet extends Readable {
  hasRoom = true;
  readonly #onRoom: () => void;

  constructor(onRoom: () => void) {
    super({ highWaterMark: BUFFER_BYTES });
    this.#onRoom = onRoom;
  }

  override _read(): void {
    this.hasRoom = true;
    this.#onRoom();
  }

  give(bytes: Buffer): void {
    this.hasRoom = this.push(bytes);
  }
}

/** A reader that goes before the end takes the others with it: what it has got is missing from them. */
function leftBy({ errored }: Outlet): Error {
  return errored ?? new Error("a pg_restore ended before its input did");
}
