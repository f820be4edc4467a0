import { expect, test } from "vitest";
import type { CopyColumn } from "#dbops/drivers/copy-rows-model.js";
import { BY_ID, fileWorld, ID, VALUE } from "../support/copy-rows-world.js";

// Characters that end cells and rows, in a text before cells that have a spelling of their own.

const KINDS = [
  { declared: "TEXT", type: { kind: "text" }, sql: "'y'" },
  { declared: "REAL", type: { kind: "double" }, sql: "2.5" },
  { declared: "BLOB", type: { kind: "bytes" }, sql: "x'00ff'" },
  { declared: "INTEGER", type: { kind: "integer", bits: 64 }, sql: "7" },
] as const satisfies readonly { readonly declared: string; readonly type: CopyColumn["type"]; readonly sql: string }[];

const TABLES = KINDS.flatMap((one) => KINDS.flatMap((two) => KINDS.map((three) => [one, two, three] as const)));

test.each(["\t", "5\t5", "\n1\t"])("cells after a text %j are in their own columns", async (text) => {
  const literal = `'${text}'`;
  await using world = await fileWorld([
    "BEGIN",
    ...TABLES.flatMap((kinds, at) => [
      `CREATE TABLE t${at} (id INTEGER PRIMARY KEY, s TEXT, ${kinds.map(({ declared }, place) => `c${place} ${declared}`)})`,
      `INSERT INTO t${at} VALUES (1, ${literal}, ${kinds.map(({ sql }) => sql)}), (2, 'plain', ${kinds.map(({ sql }) => sql)})`,
    ]),
    "COMMIT",
  ]);
  const differing: number[] = [];
  for (const [at, kinds] of TABLES.entries()) {
    const columns = [ID, column("s", { kind: "text" }), ...kinds.map(({ type }, place) => column(`c${place}`, type))];
    const joined = await world.rows({ table: { schema: null, name: `t${at}` }, columns, key: BY_ID });
    const apart = await world.rows({ table: { schema: null, name: `t${at}` }, columns, key: { kind: "none" } });
    if (joined !== apart) differing.push(at);
  }
  expect(differing).toEqual([]);
});

function column(name: string, type: CopyColumn["type"]): CopyColumn {
  return { name, type, stored: VALUE, misfit: "fail" };
}
