import { describe, expect, test } from "vitest";
import { IMPORT_ENGINES } from "../support/import-world.js";

// A table that is made takes every record unchanged: numbers of any length, JSON as it is written.

const NUMBERS = [
  ["long", "1234567890123456789012345678901234567890"],
  ["fraction", "0.1234567890123456789"],
  ["power", "1e400"],
  ["price", "1.25"],
] as const;
const JSONS = ['{"a":{"k":1,"k":2}}', '{"a":1e2,"b":1.0}', '{"a":"\\u0000","b":"\\ud800"}'] as const;

describe.each(IMPORT_ENGINES)("$title", ({ title, open }) => {
  test("numbers", async () => {
    await using world = await open();
    const record = NUMBERS.map(([name, text]) => `"${name}":${text}`).join(",");
    await world.write("t.ndjson", `{"id":1,${record}}\n`);
    const { exit, json } = await world.import("t.ndjson", "app", "--create");
    expect([exit, json().error]).toEqual([0, null]);
    const columns = NUMBERS.map(([name]) => `CAST(${name} AS text) AS ${name}`).join(", ");
    const power = title === "SQLite" ? "1e400" : `1${"0".repeat(400)}`;
    expect(await world.rows(`SELECT ${columns} FROM t`)).toEqual([{ ...Object.fromEntries(NUMBERS), power }]);
  });

  test("JSON", async () => {
    await using world = await open();
    await world.write("t.ndjson", JSONS.map((text, at) => `{"id":${at},"v":${text}}\n`).join(""));
    const { exit, json } = await world.import("t.ndjson", "app", "--create");
    expect([exit, json().error]).toEqual([0, null]);
    expect(await world.rows("SELECT CAST(v AS text) AS v FROM t ORDER BY id")).toEqual(JSONS.map((v) => ({ v })));
  });
});
