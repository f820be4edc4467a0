import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";
import { sqlite } from "../support/sqlite-files.js";

// What was imported is copied into a folder, under a name of its own, with its SHA-256; never moved, never written over.

const [SQLITE] = IMPORT_ENGINES;

const using = async (work: (world: ImportWorld, kept: string) => Promise<void>): Promise<void> => {
  if (SQLITE === undefined) throw new Error("no such engine");
  await using world = await SQLITE.open();
  const kept = join(world.folder, "kept");
  mkdirSync(kept);
  await world.sql("CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT)");
  await work(world, kept);
};

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("--archive-source", () => {
  test("keeps a file twice under two names, and its SHA-256", () =>
    using(async (world, kept) => {
      const content = gzipSync("id,s\n1,a\n");
      const path = await world.write("t.csv.gz", content);
      for (const mode of ["insert", "ignore"]) {
        const { exit, json } = await world.import("t.csv.gz", "app", "--mode", mode, "--archive-source", "kept");
        expect([exit, json().data.import.archived]).toMatchObject([
          0,
          [{ file: path, bytes: content.length, sha256: sha256(content) }],
        ]);
        expect(readFileSync(json().data.import.archived[0].path).equals(content)).toBe(true);
      }
      const names = readdirSync(kept);
      expect(names).toEqual([
        expect.stringMatching(/^t_\d{8}T\d{6}Z_[0-9a-f]{6}\.csv\.gz$/),
        expect.stringMatching(/^t_\d{8}T\d{6}Z_[0-9a-f]{6}\.csv\.gz$/),
      ]);
      expect([new Set(names).size, existsSync(path)]).toEqual([2, true]);
    }));

  test("keeps a folder's files in a folder, a script, and what came from a pipe", () =>
    using(async (world, kept) => {
      await world.write("in/t.csv", "id,s\n1,a\n");
      await world.write("in/t2.json", "[]");
      await world.write("s.sql", "INSERT INTO t VALUES (2, 'b');\n");
      const folder = await world.import("in", "app", "--table", "t", "--archive-source", kept);
      expect(folder.json().data.import.archived.map(({ path }: { path: string }) => path.slice(kept.length))).toEqual([
        expect.stringMatching(/^\/in_\w+\/t\.csv$/),
        expect.stringMatching(/^\/in_\w+\/t2\.json$/),
      ]);
      const script = await world.run(["import", "s.sql", "app", "--archive-source", "kept"]);
      expect(script.stdout).toMatch(/kept .*\/s_\w+\.sql \(31 B, SHA-256 [0-9a-f]{64}\)/);
      const argv = ["import", "-", "app", "--table", "t", "--archive-source", "kept"];
      const talk = async ({ stdin }: { stdin: { end(text: string): unknown } }): Promise<void> =>
        void stdin.end("id,s\n3,c\n");
      const piped = await world.run(argv, { talk });
      const place = /kept (.*\/stdin_\w+) \(/.exec(piped.stdout)?.[1] ?? "";
      expect(readFileSync(place, "utf8")).toBe("id,s\n3,c\n");
      const told = await world.run([...argv, "--mode", "ignore", "--json"], { talk });
      expect(told.json().data.import.archived).toMatchObject([{ file: "standard input", bytes: 9 }]);
    }));

  test("keeps a database as it was read, though it is live", () =>
    using(async (world) => {
      const source = join(world.folder, "other.db");
      sqlite(source, "CREATE TABLE t (id INTEGER PRIMARY KEY, s TEXT)");
      const live = new Database(source);
      try {
        live.pragma("journal_mode = WAL");
        live.exec("INSERT INTO t VALUES (7, 'in the log')");
        const { exit, json } = await world.import("other.db", "app", "--archive-source", "kept");
        const [{ file, path, sha256: hash }] = json().data.import.archived;
        expect([exit, file, hash]).toEqual([0, source, sha256(readFileSync(path))]);
        expect(path).toMatch(/other_\w+\.db$/);
        const copy = new Database(path);
        try {
          expect(copy.prepare("SELECT id FROM t").all()).toEqual([{ id: 7 }]);
        } finally {
          copy.close();
        }
      } finally {
        live.close();
      }
    }));

  test("keeps nothing of an import that failed, was a check or a dry run", () =>
    using(async (world, kept) => {
      await world.write("t.csv", "id,s\n1,a\nx,\n");
      for (const flags of [["--mode", "insert"], ["--check"], ["--dry-run"], ["--preview", "1"]]) {
        await world.import("t.csv", "app", "--types", "id=int", ...flags, "--archive-source", "kept");
      }
      await world.write("u.csv", "id,s\n1,a\n1,b\n");
      expect((await world.import("u.csv", "app", "--table", "t", "--archive-source", "kept")).exit).toBe(11);
      expect((await world.import("u.csv", "app", "--table", "t", "--check", "--archive-source", "kept")).exit).toBe(4);
      expect(readdirSync(kept)).toEqual([]);
    }));

  test("a folder that is not there is found before anything is loaded", () =>
    using(async (world) => {
      await world.write("t.csv", "id,s\n1,a\n");
      const { exit, json } = await world.import("t.csv", "app", "--archive-source", "nowhere");
      expect([exit, json().error.code]).toEqual([11, "OUTPUT.UNWRITABLE"]);
      expect(await world.rows("SELECT * FROM t")).toEqual([]);
    }));

  test("a folder that goes meanwhile is an error, and what was imported stays", () =>
    using(async (world, kept) => {
      await world.write("t.csv", "id,s\n1,a\n");
      await world.write("in.sql", "DELETE FROM t;\nINSERT INTO t VALUES (1, 'a');\n");
      const { exit, stderr } = await world.run(["import", "in.sql", "app", "--archive-source", "kept"], {
        tty: 100,
        talk: async ({ stdin, stderr: shown }) => {
          await shown.shows("Type app");
          rmSync(kept, { recursive: true });
          stdin.type("app\r");
        },
      });
      expect([exit, stderr]).toEqual([
        11,
        expect.stringContaining("everything is imported, but its source is not kept"),
      ]);
      expect(await world.rows("SELECT id FROM t")).toEqual([{ id: 1 }]);
    }));
});
