import { describe, expect, test } from "vitest";
import { IMPORT_ENGINES, type ImportEngine, type ImportWorld } from "../support/import-world.js";

// What export writes, import brings back: the same values, in the same engine and across.

const BLOB = { SQLite: "BLOB", PostgreSQL: "bytea" } as const;
const DOUBLE = { SQLite: "REAL", PostgreSQL: "float8" } as const;

function tablesOf({ title, integer }: ImportEngine): readonly string[] {
  const engine = title === "SQLite" ? "SQLite" : "PostgreSQL";
  return [
    `CREATE TABLE p (id ${integer === "int" ? "bigint" : integer} PRIMARY KEY, name text, "odd ""name" text)`,
    `CREATE TABLE c (id ${integer} PRIMARY KEY, p ${integer === "int" ? "bigint" : integer} REFERENCES p (id), x ${DOUBLE[engine]}, data ${BLOB[engine]})`,
  ];
}

const PARENTS = [
  `INSERT INTO p VALUES (9007199254740993, 'tab	, "quoted", line
end', NULL), (-1, '', '\\N'), (2, NULL, 'NULL'), (3, '\\.', 'é😀')`,
];
const BYTES = { SQLite: ["x'00ff0a'", "x''"], PostgreSQL: ["'\\x00ff0a'", "''"] } as const;

async function filled(engine: ImportEngine): Promise<ImportWorld> {
  const world = await engine.open();
  const [some, none] = BYTES[engine.title === "SQLite" ? "SQLite" : "PostgreSQL"];
  const children = `INSERT INTO c VALUES (1, 2, 0.1, ${some}), (2, NULL, 1.7976931348623157e308, ${none}), (3, -1, -0.0, NULL)`;
  await world.sql(...tablesOf(engine), ...PARENTS, children);
  return world;
}

/** The same in both engines, as text where numbers are large. */
async function contentOf(world: ImportWorld): Promise<unknown> {
  return [
    await world.rows('SELECT CAST(id AS text) AS id, name, "odd ""name" AS odd FROM p ORDER BY p.id'),
    (await world.rows("SELECT c.id, CAST(c.p AS text) AS p, c.x, c.data FROM c ORDER BY c.id")).map((row) => ({
      ...(row ?? {}),
    })),
  ];
}

const PAIRS = IMPORT_ENGINES.flatMap((from) => IMPORT_ENGINES.map((to) => ({ from, to })));

describe.each(PAIRS)("$from.title to $to.title", ({ from, to }) => {
  test.each([
    ["a folder of CSV", "out/", []],
    ["a folder of NDJSON", "out/", ["--format", "ndjson"]],
    ["an archive", "out.zip", []],
    ["a compressed archive of TSV", "out.tar.gz", ["--format", "tsv"]],
    ["one JSON file", "out.json", []],
  ])("%s", async (_, output, flags) => {
    await using source = await filled(from);
    await using target = await to.open();
    await target.sql(...tablesOf(to));
    const exported = await source.run(["export", "app", "-o", output, ...flags, "--json"]);
    expect([exported.exit, exported.stderr]).toEqual([0, exported.stderr]);
    const { exit, json } = await target.import(`${source.folder}/${output}`, "app");
    expect([exit, json().error]).toEqual([0, null]);
    expect(await contentOf(target)).toEqual(await contentOf(source));
  });
});
