import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, mkdir, open, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { exportCommand } from "#dbops/commands/export/export.js";
import { exportManifestSchema } from "#dbops/lib/transfer/export-manifest.js";
import { ENGINES, type ExportWorld, exportWorld } from "../support/export-world.js";

const execute = promisify(execFile);

const ITEMS = `id,name,price,data
1,plain,1.5,
2,"with ""quotes"", commas
and lines",0.1,\\x00ff
3,"",,
`;
const ORDERS = [
  { id: 1, item_id: 1, n: 5 },
  { id: 2, item_id: 1, n: "9007199254740993" },
  { id: 3, item_id: 2, n: null },
];
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");

describe.each(ENGINES)("%s", (engine) => {
  let world: ExportWorld;
  const read = (...names: readonly string[]) => readFile(world.path(...names), "utf8");

  beforeEach(async () => {
    world = await exportWorld(engine, inject("postgresUrl"));
  });

  afterEach(() => world[Symbol.asyncDispose]());

  async function exported(...argv: readonly string[]) {
    const result = await world.export([...argv, "--json"]);
    expect(result.exit, result.stderr + result.stdout).toBe(0);
    const data = (await exportCommand.schema()).parse(result.json().data);
    expect(data).toEqual(result.json().data);
    return result.json().data.export;
  }

  async function refused(...argv: readonly string[]): Promise<{ exit: number; text: string }> {
    const before = await world.outputs();
    const { exit, stdout, stderr } = await world.export(argv);
    expect(exit).not.toBe(0);
    expect(stdout).toBe("");
    expect(await world.outputs()).toEqual(before);
    return { exit, text: stderr };
  }

  describe("one table", () => {
    test("as CSV: exact, private, and told of", async () => {
      const made = await exported("--table", "items", "-o", "items.csv");
      expect(await read("items.csv")).toBe(ITEMS);
      expect(made).toMatchObject({
        output: world.path("items.csv"),
        format: "csv",
        container: "file",
        compression: "none",
        rows: 3,
        sizeBytes: ITEMS.length,
        sha256: sha256(Buffer.from(ITEMS)),
      });
      expect(made.tables).toMatchObject([{ name: "items", file: null, rows: 3, bytes: ITEMS.length }]);
      expect(made.tables[0].columns.map(({ name }: { name: string }) => name)).toEqual(["id", "name", "price", "data"]);
      expect((await stat(world.path("items.csv"))).mode & 0o777).toBe(0o600);
      expect(await world.outputs()).toEqual(["items.csv"]);
    });

    test("as TSV, with other words for NULL and bytes", async () => {
      await exported("--table", "items", "-o", "items.tsv", "--null", "\\N", "--blob", "base64");
      expect(await read("items.tsv")).toBe(
        'id\tname\tprice\tdata\n1\tplain\t1.5\t\\N\n2\t"with ""quotes"", commas\nand lines"\t0.1\tAP8=\n3\t\t\\N\t\\N\n',
      );
    });

    test("as JSON and NDJSON, integers beyond 2^53 as asked for", async () => {
      await exported("--table", "orders", "-o", "orders.json", "--int64", "string");
      expect(JSON.parse(await read("orders.json"))).toEqual(ORDERS);
      await exported("--table", "orders", "-o", "orders.ndjson");
      expect(await read("orders.ndjson")).toBe(
        '{"id":1,"item_id":1,"n":5}\n{"id":2,"item_id":1,"n":9007199254740993}\n{"id":3,"item_id":2,"n":null}\n',
      );
      await exported("--table", "items", "-o", "items.json");
      expect(JSON.parse(await read("items.json"))[1]).toMatchObject({ data: { $base64: true, encoded: "AP8=" } });
      await exported("--table", "notes", "-o", "notes.json");
      expect(JSON.parse(await read("notes.json"))).toEqual([]);
    });

    test("compressed as its name says", async () => {
      await exported("--table", "items", "-o", "items.csv.gz");
      expect(gunzipSync(await readFile(world.path("items.csv.gz"))).toString()).toBe(ITEMS);
      await exported("--table", "items", "-o", "items.csv.zst");
      expect((await execute("zstd", ["-dc", world.path("items.csv.zst")])).stdout).toBe(ITEMS);
    });

    test("some rows and columns of it, or of a view, or of a query", async () => {
      await exported("--table", "orders", "--where", "n = 5 -- five", "--columns", "n,id", "-o", "some.csv");
      expect(await read("some.csv")).toBe("n,id\n5,1\n");
      await exported("--table", "orders", "--limit", "1", "-o", "limited.ndjson");
      expect(await read("limited.ndjson")).toBe('{"id":1,"item_id":1,"n":5}\n');
      await exported("--table", "totals", "-o", "totals.csv", "--where", "n IS NOT NULL");
      expect(await read("totals.csv")).toBe("name,n\nplain,9007199254740998\n");
      const made = await exported("--query", "SELECT id AS x FROM items ORDER BY id DESC;", "-o", "query.csv");
      expect(await read("query.csv")).toBe("x\n3\n2\n1\n");
      expect(made.tables).toMatchObject([{ schema: null, name: null, rows: 3 }]);
    });

    test("to stdout: the bytes and nothing else", async () => {
      const { exit, stdout, stderr } = await world.export(["--table", "items", "-o", "-"]);
      expect(exit, stderr).toBe(0);
      expect(stdout).toBe(ITEMS);
      const script = await world.export(["-o", "-", "--format", "sql"]);
      expect(script.stdout).toContain("CREATE TABLE");
      expect(script.stdout).toContain("orders_item");
    });

    test("over an earlier export: in one act, keeping its mode; through a link to where that leads", async () => {
      await writeFile(world.path("items.csv"), "old");
      await chmod(world.path("items.csv"), 0o644);
      await symlink("items.csv", world.path("latest.csv"));
      await exported("--table", "items", "-o", "latest.csv");
      expect(await read("items.csv")).toBe(ITEMS);
      expect((await stat(world.path("items.csv"))).mode & 0o777).toBe(0o644);
    });

    test("into a named pipe", async () => {
      await execute("mkfifo", [world.path("pipe.csv")]);
      const reading = execute("cat", [world.path("pipe.csv")]);
      await exported("--table", "items", "-o", "pipe.csv");
      expect((await reading).stdout).toBe(ITEMS);
    });
  });

  describe("several tables", () => {
    test("as one JSON object", async () => {
      await exported("--tables", "orders,notes", "-o", "all.json", "--int64", "string");
      expect(JSON.parse(await read("all.json"))).toEqual({ orders: ORDERS, notes: [] });
    });

    test("as a folder: a file each, the schema, and a manifest that is true", async () => {
      const made = await exported("-o", "out/", "--where", "orders=n = 5");
      expect(made).toMatchObject({ container: "folder", format: "csv", rows: 4, sha256: null });
      const manifest = exportManifestSchema.parse(JSON.parse(await read("out", "manifest.json")));
      expect(manifest.engine).toBe(engine);
      expect(manifest.tables.map(({ name, file, rows }) => [name, file, rows])).toEqual([
        ["items", "items.csv", 3],
        ["notes", "notes.csv", 0],
        ["orders", "orders.csv", 1],
      ]);
      expect(manifest.tables.map(({ blobs }) => blobs)).toEqual([["data"], [], []]);
      for (const { file, sha256: hash, bytes } of manifest.tables) {
        const content = await readFile(world.path("out", file));
        expect([sha256(content), content.length]).toEqual([hash, bytes]);
      }
      const schema = await readFile(world.path("out", manifest.schemaFile.file));
      expect(sha256(schema)).toBe(manifest.schemaFile.sha256);
      const [before, after] = [
        schema.subarray(0, manifest.schemaFile.rowsAt),
        schema.subarray(manifest.schemaFile.rowsAt),
      ];
      expect(before.toString()).toMatch(/CREATE TABLE.*items/);
      expect(before.toString()).not.toContain("CREATE INDEX");
      expect(after.toString()).toContain("orders_item");
      expect((await stat(world.path("out"))).mode & 0o777).toBe(0o700);
      expect(await world.outputs()).toEqual(["out"]);
    });

    test("as a folder of compressed lines of JSON", async () => {
      await exported("-o", "out", "--format", "ndjson", "--compress", "gzip", "--tables", "orders");
      const [line] = gunzipSync(await readFile(world.path("out", "orders.ndjson.gz")))
        .toString()
        .split("\n");
      expect(JSON.parse(line ?? "")).toEqual(ORDERS[0]);
    });

    test("as a script, which restores to the same rows and structure", async () => {
      await exported("-o", "all.sql.zst");
      const { exit, stderr } = await world.run(["restore", world.another, "--from", "all.sql.zst", "--yes"]);
      expect(exit, stderr).toBe(0);
      const scriptOf = async (target: string) =>
        (await world.run(["export", target, "-o", "-", "--format", "sql"])).stdout;
      const plain = (script: string) => script.replaceAll(/^\\(?:un)?restrict .*$/gm, "");
      expect(plain(await scriptOf(world.another))).toBe(plain(await scriptOf(world.target)));
    });

    if (engine === "sqlite")
      test("as a database file like the source, its own numbers included", async () => {
        await world.sql("PRAGMA user_version = 7; PRAGMA application_id = 42");
        await exported("-o", "copy.sqlite");
        const dump = async (path: string) =>
          (await execute("sqlite3", [path, ".dump", "PRAGMA user_version", "PRAGMA application_id"])).stdout;
        expect(await dump(world.path("copy.sqlite"))).toBe(await dump(world.target));
        expect((await refused("-o", "copy.sqlite")).exit).toBe(11);
      });

    test("as an archive of such a folder, the manifest first", async () => {
      const zipped = await exported("-o", "all.zip");
      expect(zipped).toMatchObject({ container: "zip", sha256: sha256(await readFile(world.path("all.zip"))) });
      await mkdir(world.path("a"));
      await execute("python3", ["-m", "zipfile", "-e", world.path("all.zip"), world.path("a")]);
      expect(await read("a", "items.csv")).toBe(ITEMS);
      await exported("-o", "all.tar.gz");
      const { stdout } = await execute("tar", ["-tzf", world.path("all.tar.gz")]);
      expect(stdout.split("\n")).toEqual(["manifest.json", "schema.sql", "items.csv", "notes.csv", "orders.csv", ""]);
      expect(await world.outputs()).toEqual(["a", "all.tar.gz", "all.zip"]);
    });
  });

  describe("is refused before anything is written", () => {
    test.each([
      ["without an output", []],
      ["with several tables for one file", ["-o", "x.csv"]],
      ["with a format that the name contradicts", ["--table", "items", "-o", "x.csv", "--format", "json"]],
      ["with flags that would do nothing", ["--table", "items", "-o", "x.json", "--null", "x"]],
      ["with a text of NULL that needs quotes", ["--table", "items", "-o", "x.csv", "--null", "a,b"]],
      ["with NULL alone in its line, spelled as nothing", ["--query", "SELECT NULL AS n", "-o", "x.csv", "--null", ""]],
      ["with an unknown table", ["--table", "itemz", "-o", "x.csv"]],
      ["with an unknown column", ["--table", "items", "--columns", "id,nme", "-o", "x.csv"]],
      ["with a broken condition", ["--table", "items", "--where", "id = = 3", "-o", "x.csv"]],
      [
        "with a condition that breaks out of its place",
        ["--table", "orders", "--where", "1); drop table orders; --", "-o", "x.csv"],
      ],
      ["with a broken query", ["--query", "SELEC 1", "-o", "x.csv"]],
      ["with a query that changes something", ["--query", "DELETE FROM orders", "-o", "x.csv"]],
      ["with two statements", ["--query", "SELECT 1; DELETE FROM orders", "-o", "x.csv"]],
      [
        "with a query that breaks out of its parentheses",
        ["--query", "SELECT 1) TO STDOUT; DELETE FROM orders; --", "-o", "x.csv"],
      ],
      ["with a query into a folder", ["--query", "SELECT 1", "-o", "x/"]],
      ["with a view into a script", ["--table", "totals", "-o", "x.sql"]],
      ["with two columns of one name as JSON", ["--query", "SELECT 1 AS a, 2 AS a", "-o", "x.ndjson"]],
      ["into a folder that is not there", ["--table", "items", "-o", "no/such/x.csv"]],
      ["with --json and stdout", ["--table", "items", "-o", "-", "--json"]],
    ])("%s", async (_what, argv) => {
      const before = await world.outputs();
      const { exit } = await world.export(argv);
      expect([2, 11]).toContain(exit);
      expect(await world.outputs()).toEqual(before);
      const { stdout } = await world.export(["--table", "orders", "-o", "-", "--columns", "id"]);
      expect(stdout).toBe("id\n1\n2\n3\n");
    });

    test("where NULL alone would be an empty line", async () => {
      const { exit, text } = await refused("--table", "orders", "--columns", "n", "-o", "n.csv");
      expect([exit, text]).toEqual([2, expect.stringContaining("--null")]);
      await exported("--table", "orders", "--columns", "n", "-o", "n.csv", "--null", "-");
      expect(await read("n.csv")).toBe("n\n5\n9007199254740993\n-\n");
    });

    test("nothing reaches stdout when the last of many rows is what stops it", async () => {
      const numbers = "WITH RECURSIVE n (x) AS (SELECT 4 UNION ALL SELECT x + 1 FROM n WHERE x < 20000)";
      await world.sql(
        `INSERT INTO orders ${numbers} SELECT x, NULL, x FROM n; INSERT INTO orders VALUES (20001, 1, NULL)`,
      );
      const alone = ["--query", "SELECT n FROM orders WHERE id > 3 ORDER BY id", "-o", "-"];
      const { exit, stdout, stderr } = await world.export(alone);
      expect([exit, stdout, stderr]).toEqual([2, "", expect.stringContaining("--null")]);
      const twice = await world.export(["--query", "SELECT n, id AS n FROM orders", "-o", "-", "--format", "json"]);
      expect([twice.exit, twice.stdout]).toEqual([2, ""]);
    });

    if (engine === "sqlite")
      test.each([
        ["mixes numbers, text and blobs", "x'00'"],
        ["holds a NUL", "'a' || char(0)"],
        ["is not valid UTF-8", "CAST(x'ff' AS TEXT)"],
      ])("nothing reaches stdout when the last of many rows %s", async (trouble, value) => {
        await world.sql(`INSERT INTO notes WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 20000)
          SELECT x, 'note ' || x FROM n; INSERT INTO notes VALUES (20001, ${value})`);
        const { exit, stdout, stderr } = await world.export(["--table", "notes", "-o", "-"]);
        expect([exit, stdout, stderr]).toEqual([2, "", expect.stringContaining(trouble)]);
      });

    test("into a folder with files, and over a database", async () => {
      await mkdir(world.path("full"));
      await writeFile(world.path("full", "x"), "");
      expect((await refused("-o", "full/")).exit).toBe(11);
      await writeFile(world.path("other.csv"), "SQLite format 3\0");
      const over = await refused("--table", "items", "-o", "other.csv");
      expect([over.exit, over.text]).toEqual([11, expect.stringContaining("it is a database")]);
    });
  });

  test("--dry-run says what would be written and writes nothing", async () => {
    const { exit, stdout } = await world.export(["-o", "out/", "--dry-run"]);
    expect(exit).toBe(0);
    expect(stdout).toContain(world.path("out"));
    if (engine === "sqlite") expect(stdout).toContain("items (about 3 rows)");
    expect(stdout).toMatch(/items[\s\S]*notes[\s\S]*orders/);
    expect(await world.outputs()).toEqual([]);
  });

  test.each(engine === "sqlite" ? ["WAL", "DELETE"] : ["any"])("every table is of one moment (%s)", async (mode) => {
    // The first table is more than all buffers hold, and goes into a pipe: the other cannot have been read when it changes.
    if (engine === "sqlite") await world.sql(`PRAGMA journal_mode = ${mode}`);
    await world.sql(`INSERT INTO items WITH RECURSIVE n (x) AS (SELECT 4 UNION ALL SELECT x + 1 FROM n WHERE x < 20000)
      SELECT x, '${"many ".repeat(200)}', NULL, NULL FROM n`);
    await execute("mkfifo", [world.path("all.json")]);
    const exporting = world.export(["--tables", "items,orders", "-o", "all.json"]);
    const reader = await open(world.path("all.json"), "r");
    const first = await reader.read(Buffer.alloc(16), 0, 16, null);
    await world.sql("DELETE FROM orders");
    const rest = await reader.readFile("utf8");
    await reader.close();
    expect((await exporting).exit).toBe(0);
    const tables = JSON.parse(first.buffer.toString("utf8", 0, first.bytesRead) + rest);
    expect([tables.items.length, tables.orders.length]).toEqual([20_000, 3]);
  });

  test("a view of the human kind tells where the rows are", async () => {
    const { stdout } = await world.export(["-o", "out/"]);
    expect(stdout).toContain(`output:   ${world.path("out")}`);
    expect(stdout).toContain("6 rows of 3 tables");
    expect(stdout).toMatch(/orders\s+3\s+orders\.csv/);
  });
});
