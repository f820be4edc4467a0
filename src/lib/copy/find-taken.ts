import type { CopyColumn, CopyReader } from "../../drivers/copy-rows-model.js";
import type { Obstacle } from "../../drivers/copy-source-model.js";
import { qualifiedName } from "../core/named.js";
import { formatNumberOf } from "../core/units.js";
import type { CopyPlan, PlannedTable } from "./copy-plan.js";

/** Keys of the target that are held in memory; where there are more, nobody looks. */
const MOST_KEYS = 200_000;
const NULL_FIELD = "\\N";

export interface Sides {
  readonly source: Pick<CopyReader, "read">;
  /** The target, as it is. */
  readonly there: Pick<CopyReader, "read">;
  readonly signal: AbortSignal;
}

export interface Taken {
  readonly obstacles: readonly Obstacle[];
  /** Tables whose keys were not looked at; one line each. */
  readonly warnings: readonly string[];
}

/** Rows whose key the target has already, found before anything is written. */
export async function findTaken(plan: CopyPlan, sides: Sides): Promise<Taken> {
  const obstacles: Obstacle[] = [];
  const warnings: string[] = [];
  for (const table of plan.tables) {
    for (const names of table.keysThere ?? []) {
      const key = keyOf(table, names);
      if (key === null) continue;
      const taken = await takenKeys(table, key, sides);
      if (taken === "many") warnings.push(manyWord(table));
      else if (taken.count > 0) obstacles.push(obstacleOf(table, key, taken));
    }
  }
  return { obstacles, warnings: [...new Set(warnings)] };
}

interface Key {
  readonly read: readonly CopyColumn[];
  readonly readBack: readonly CopyColumn[];
}

/** null where a part of it is not copied: the target gives it a value of its own. */
function keyOf({ read, readBack }: PlannedTable, names: readonly string[]): Key | null {
  const parts = names.map((name) => {
    const at = readBack.columns.findIndex((column) => column.name === name);
    return [read.columns[at], readBack.columns[at]] as const;
  });
  const own = parts.flatMap(([column]) => column ?? []);
  const there = parts.flatMap(([, column]) => column ?? []);
  return own.length === names.length && there.length === names.length ? { read: own, readBack: there } : null;
}

async function takenKeys(
  { read, readBack }: PlannedTable,
  key: Key,
  { source, there, signal }: Sides,
): Promise<"many" | { readonly count: number; readonly first: string }> {
  const known = new Set<string>();
  for await (const line of keysOf(there, { table: readBack.table, columns: key.readBack, signal })) {
    known.add(line);
    if (known.size > MOST_KEYS) return "many";
  }
  let count = 0;
  let first = "";
  if (known.size === 0) return { count, first };
  for await (const line of keysOf(source, { table: read.table, columns: key.read, signal })) {
    if (!known.has(line)) continue;
    if (count === 0) first = line;
    count += 1;
  }
  return { count, first };
}

async function* keysOf(
  reader: Pick<CopyReader, "read">,
  { table, columns, signal }: Pick<PlannedTable["read"], "table" | "columns"> & { readonly signal: AbortSignal },
): AsyncIterable<string> {
  for await (const event of reader.read({ table, columns, key: { kind: "none" }, after: null, upTo: null })) {
    signal.throwIfAborted();
    if (event.kind !== "rows") continue;
    const { bytes } = event;
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString();
    for (const line of text.split("\n")) if (line !== "" && !line.split("\t").includes(NULL_FIELD)) yield line;
  }
}

function obstacleOf(
  { source }: PlannedTable,
  { read }: Key,
  { count, first }: { readonly count: number; readonly first: string },
): Obstacle {
  const names = read.map(({ name }) => name);
  const column = names.length === 1 ? (names[0] ?? null) : null;
  const at = first
    .split("\t")
    .map((field, index) => `${names[index]} = ${field}`)
    .join(", ");
  const what = `${formatNumberOf("row", count)} whose key the target's table has already, one of them at ${at}`;
  return { code: "COPY.UNFIT", table: source.name, column, what, flag: null };
}

function manyWord({ target }: PlannedTable): string {
  return `${qualifiedName(target.name)} holds more rows than are looked at: a key that it has already ends the copy with exit 11`;
}
