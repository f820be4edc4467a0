import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { exportManifestSchema } from "#dbops/lib/transfer/export-manifest.js";
import { type ExportWorld, exportWorld } from "../support/export-world.js";

const execute = promisify(execFile);

/** What a rebuild from shown rows would lose: rowids with gaps, foreign content, no content, configuration, docids. */
const INDEXES = `
  CREATE TABLE docs (id INTEGER PRIMARY KEY, body TEXT);
  INSERT INTO docs VALUES (5, 'hello world'), (900, 'goodbye');
  CREATE VIRTUAL TABLE ext USING fts5(body, content='docs', content_rowid='id');
  INSERT INTO ext(rowid, body) SELECT id, body FROM docs;
  CREATE TRIGGER docs_ai AFTER INSERT ON docs BEGIN INSERT INTO ext(rowid, body) VALUES (new.id, new.body); END;
  CREATE VIRTUAL TABLE own USING fts5(title, body);
  INSERT INTO own(rowid, title, body) VALUES (7, 'a title', 'it''s text'), (70, 'another', 'words');
  INSERT INTO own(own, rank) VALUES ('rank', 'bm25(10.0, 5.0)');
  CREATE VIRTUAL TABLE none5 USING fts5(body, content='');
  INSERT INTO none5(rowid, body) VALUES (12, 'unseen');
  CREATE VIRTUAL TABLE none4 USING fts4(body, content="");
  INSERT INTO none4(docid, body) VALUES (34, 'unseen');
  CREATE VIRTUAL TABLE four USING fts4(body);
  INSERT INTO four(docid, body) VALUES (40, 'fourth');
  CREATE VIRTUAL TABLE "the ""boxes""" USING rtree(id, x0, x1);
  INSERT INTO "the ""boxes""" VALUES (99, 1.5, 2.5);`;

const QUESTIONS = [
  "SELECT rowid FROM ext WHERE ext MATCH 'goodbye'",
  "SELECT rowid, title FROM own WHERE own MATCH 'words'",
  "SELECT v FROM own_config WHERE k = 'rank'",
  "SELECT rowid FROM none5 WHERE none5 MATCH 'unseen'",
  "SELECT docid FROM none4 WHERE none4 MATCH 'unseen'",
  "SELECT docid FROM four WHERE four MATCH 'fourth'",
  `SELECT id FROM "the ""boxes""" WHERE x0 > 1`,
];

describe("indexes in virtual tables", () => {
  let world: ExportWorld;

  beforeEach(async () => {
    world = await exportWorld("sqlite", "");
    await world.sql(INDEXES);
  });

  afterEach(() => world[Symbol.asyncDispose]());

  async function sqlite3(path: string, ...commands: readonly string[]): Promise<string> {
    return (await execute("sqlite3", [path, ...commands])).stdout;
  }

  /** It answers as the source does, its indexes agree with their content, and it holds nothing else. */
  async function expectSame(path: string): Promise<void> {
    expect(await sqlite3(path, ...QUESTIONS)).toBe(await sqlite3(world.target, ...QUESTIONS));
    await sqlite3(path, "INSERT INTO ext(ext, rank) VALUES ('integrity-check', 1)");
    await sqlite3(path, "INSERT INTO own(own, rank) VALUES ('integrity-check', 1)");
    await sqlite3(path, "INSERT INTO four(four) VALUES ('integrity-check')");
    expect(await sqlite3(path, "PRAGMA integrity_check")).toBe("ok\n");
    const statements = async (file: string) => (await sqlite3(file, ".dump")).split("\n").sort();
    expect(await statements(path)).toEqual(await statements(world.target));
    await sqlite3(path, "INSERT INTO docs VALUES (901, 'later')");
    expect(await sqlite3(path, "SELECT rowid FROM ext WHERE ext MATCH 'later'")).toBe("901\n");
  }

  async function exported(...argv: readonly string[]) {
    const result = await world.export([...argv, "--json"]);
    expect(result.exit, result.stderr + result.stdout).toBe(0);
    return result.json();
  }

  test("a script gives them back exactly, run by dbops and by the sqlite3 program", async () => {
    await exported("-o", "all.sql");
    const restored = await world.run(["restore", world.another, "--from", "all.sql", "--yes"]);
    expect(restored.exit, restored.stderr).toBe(0);
    await expectSame(world.another);
    const { stderr } = await execute("sh", ["-c", `sqlite3 by-program.db < all.sql`], { cwd: world.folder });
    expect(stderr).toBe("");
    await expectSame(world.path("by-program.db"));
  });

  test("so does a database file", async () => {
    await exported("-o", "copy.sqlite");
    await expectSame(world.path("copy.sqlite"));
  });

  test("one that is named brings its shadow tables, and nothing else comes", async () => {
    const { data } = await exported("--table", "own", "-o", "own.sqlite");
    expect(data.export.tables.map(({ name }: { name: string }) => name)).toEqual(
      ["config", "content", "data", "docsize", "idx"].map((tail) => `own_${tail}`),
    );
    const objects = await sqlite3(world.path("own.sqlite"), "SELECT name FROM sqlite_schema WHERE sql IS NOT NULL");
    expect(objects.trim().split("\n").sort()).toEqual([
      "own",
      "own_config",
      "own_content",
      "own_data",
      "own_docsize",
      "own_idx",
    ]);
    await sqlite3(world.path("own.sqlite"), "INSERT INTO own(own, rank) VALUES ('integrity-check', 1)");
  });

  test("a part of one is refused in a script", async () => {
    const { exit, stderr } = await world.export(["--table", "own", "--limit", "1", "-o", "x.sql"]);
    expect([exit, stderr]).toEqual([2, expect.stringContaining("own is a virtual table")]);
    expect(await world.outputs()).toEqual([]);
  });

  test("a folder holds what they show; what shows nothing is left out and told of, unless it was named", async () => {
    const { warnings } = await exported("-o", "out/");
    expect(warnings).toEqual([
      expect.stringContaining("none4 is left out"),
      expect.stringContaining("none5 is left out"),
    ]);
    const manifest = exportManifestSchema.parse(JSON.parse(await readFile(world.path("out", "manifest.json"), "utf8")));
    const names = manifest.tables.map(({ name }) => name);
    expect(names).toEqual(["docs", "ext", "four", "items", "notes", "orders", "own", 'the "boxes"']);
    expect(await readFile(world.path("out", "own.csv"), "utf8")).toBe("title,body\na title,it's text\nanother,words\n");
    const named = await world.export(["--tables", "none5,own", "-o", "named/"]);
    expect([named.exit, named.stderr]).toEqual([11, expect.stringContaining("without content")]);
  });
});
