import { readFileSync } from "node:fs";
import Database from "better-sqlite3";
import { expect, inject, test } from "vitest";
import { type CopyResult, copyWorld } from "../support/copy-world.js";
import { TORTURE_CASES, type TortureCase } from "../support/torture-cases.js";

// Files that other loaders lose rows, keys or digits of, most of them with exit code 0: docs/copy-scoreboard.md.

interface Scoreboard {
  readonly wideFlags: readonly string[];
  /** `widened`: the exit code with these flags; null where there is no need of them. */
  readonly cases: readonly { readonly name: string; readonly exit: number; readonly widened: number | null }[];
}

const place = new URL("../../docs/copy-cases.json", import.meta.url);
const scoreboard: Scoreboard = JSON.parse(readFileSync(place, "utf8"));

test("every case is on the scoreboard", () => {
  expect(scoreboard.cases.map(({ name }) => name)).toEqual(TORTURE_CASES.map(({ name }) => name));
});

test.each(TORTURE_CASES)("$name", async (one: TortureCase) => {
  const scored = scoreboard.cases.find(({ name }) => name === one.name);
  await using world = await copyWorld(inject("postgresUrl"));
  const db = new Database(world.path("t.db"));
  one.build(db);
  db.close();
  const plain = await world.copy(world.path("t.db"), world.db.url);
  expect([plain.exit, plain.error?.code]).toEqual([scored?.exit, scored?.exit === 11 ? "COPY.UNFIT" : undefined]);
  if (scored === undefined || scored.widened === null) return expectProven(plain);
  expect(await world.db.sql("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace")).toEqual([]);
  const wide = await world.copy(world.path("t.db"), world.db.url, ...scoreboard.wideFlags);
  expect([wide.exit, wide.error]).toEqual([scored.widened, null]);
  expectProven(wide);
});

function expectProven({ data }: CopyResult): void {
  expect(data.tables.length).toBeGreaterThan(0);
  for (const { checksum } of data.tables) expect(checksum?.equal).toBe(true);
}
