import type { CopyColumn, CopyRead, CopyReader } from "#dbops/drivers/copy-rows-model.js";
import type { CopyChoices, CopySource } from "#dbops/drivers/copy-source-model.js";
import type { CopyType } from "#dbops/drivers/copy-type-model.js";
import type { Driver, DriverContext } from "#dbops/drivers/driver.js";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import { copyChoices } from "./copy-choices.js";
import { type TestContext, testContext } from "./driver-context.js";

export interface OpenedSource extends AsyncDisposable {
  readonly source: CopySource;
  readonly driver: Driver;
  readonly world: TestContext;
}

/** One state of the database at that address, to be copied. */
export async function openSource(
  location: string,
  choices: Partial<CopyChoices> = {},
  context: Partial<DriverContext> = {},
): Promise<OpenedSource> {
  const world = await testContext(context);
  const driver = await postgresEngine.open({ engine: "postgres", name: "x", location }, world.context);
  const source = await driver.openCopySource(copyChoices(choices));
  return {
    source,
    driver,
    world,
    async [Symbol.asyncDispose]() {
      await source[Symbol.asyncDispose]();
      await driver[Symbol.asyncDispose]();
      await world[Symbol.asyncDispose]();
    },
  };
}

const TYPES: Readonly<Record<string, CopyType>> = {
  int: { kind: "integer", bits: 64 },
  text: { kind: "text" },
  bytes: { kind: "bytes" },
  double: { kind: "double" },
  numeric: { kind: "numeric", precision: null, scale: null },
  other: { kind: "foreign", name: "other" },
};

/** `id int, name text` as columns that are read. */
export function columnsOf(list: string): readonly CopyColumn[] {
  return list.split(", ").map((item) => {
    const [name = "", type = ""] = item.split(" ");
    return { name, type: TYPES[type] ?? { kind: "text" }, stored: null, misfit: "fail" };
  });
}

/** A read of a table of the schema `public`. */
export function readOf(name: string, columns: string, more: Partial<CopyRead> = {}): CopyRead {
  const table = { schema: "public", name };
  return { table, columns: columnsOf(columns), key: { kind: "none" }, after: null, upTo: null, ...more };
}

export function keyed(...columns: readonly string[]): Pick<CopyRead, "key"> {
  return { key: { kind: "columns", columns } };
}

export interface ReadText {
  readonly text: string;
  readonly rows: number;
  readonly batches: number;
  readonly lastKey: string | null;
}

/** All rows of a read. */
export async function rowsOf(reader: CopyReader, request: CopyRead): Promise<ReadText> {
  const pieces: Buffer[] = [];
  let rows = 0;
  let lastKey: string | null = null;
  for await (const event of reader.read(request)) {
    if (event.kind !== "rows") throw new Error(`a ${event.kind}`);
    pieces.push(Buffer.from(event.bytes));
    rows += event.rows;
    lastKey = event.lastKey;
  }
  return { text: Buffer.concat(pieces).toString(), rows, batches: pieces.length, lastKey };
}
