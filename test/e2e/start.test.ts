import { existsSync } from "node:fs";
import { basename } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { freshDatabase } from "../support/fresh-database.js";
import { modulesLoadedBy } from "../support/loaded-modules.js";
import { readSources } from "../support/source-walk.js";
import { sqlite, testFolder } from "../support/sqlite-files.js";

// A start pays for every module that it loads, so it loads what it uses and no more.

describe("a command loads the packages it uses", () => {
  test("--version and help: none", async () => {
    await using folder = await testFolder();
    for (const argv of [["--version"], ["--help"]]) {
      const [start] = await modulesLoadedBy(argv, folder.path);
      expect(start?.packages).toEqual([]);
    }
  });

  test("PostgreSQL: pg, and SQLite only for the lock of the audit log", async () => {
    await using folder = await testFolder();
    await using database = await freshDatabase(inject("postgresUrl"));
    await database.sql("CREATE TABLE t (a integer)");
    const info = await modulesLoadedBy(["info", database.url, "--json"], folder.path);
    expect(info.map(({ packages }) => packages)).toEqual([["commander", "pg"]]);
    const copy = await modulesLoadedBy(["export", database.url, "--table", "t", "-o", "t.csv", "-q"], folder.path);
    expect(copy.map(({ packages }) => packages)).toEqual([["better-sqlite3", "commander", "pg"]]);
  });

  test("SQLite: better-sqlite3, which is all that its child needs; both are the bundle", async () => {
    await using folder = await testFolder();
    sqlite(folder.file("app.db"), "CREATE TABLE t (a)");
    const [start, ...children] = await modulesLoadedBy(["export", "app.db", "-o", "t.csv", "-q"], folder.path);
    expect(start?.packages).toEqual(["better-sqlite3", "commander"]);
    expect(children.map(({ packages }) => packages)).toEqual([["better-sqlite3"]]);
    expect(start?.own).toContain("bundle/main.js");
    expect(children[0]?.own).toContain("bundle/worker.js");
    expect([start, ...children].flatMap((one) => one?.own).filter((path) => path?.startsWith("dist/"))).toEqual([]);
  });
});

describe("the bundle", () => {
  test("holds every module that is forked", () => {
    const forked = readSources().flatMap(({ text }) =>
      [...text.matchAll(/new URL\("(\.[^"]+)", import\.meta\.url\)/g)].map(([, path = ""]) => basename(path)),
    );
    expect(forked).toContain("worker.js");
    expect(forked.filter((name) => !existsSync(new URL(`../../bundle/${name}`, import.meta.url)))).toEqual([]);
  });
});
