import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";

// A script is run as a whole in one transaction, or not at all; what could reach past the database is refused before anything.

const [SQLITE, POSTGRES] = IMPORT_ENGINES;

describe.each(IMPORT_ENGINES)("a script into $title", ({ open, title }) => {
  const schema = title === "PostgreSQL" ? "public" : null;

  const using = async (work: (world: ImportWorld) => Promise<void>): Promise<void> => {
    await using world = await open();
    await world.sql("CREATE TABLE old (id int PRIMARY KEY, name text)", "INSERT INTO old VALUES (1, 'a'), (2, 'b')");
    await work(world);
  };
  const SCRIPT =
    "-- two tables\nCREATE TABLE t (id int PRIMARY KEY, s text);\nINSERT INTO t VALUES (1, 'x;\ny'), (2, '');\nINSERT INTO old VALUES (3, 'c');";

  test("is run, compressed or not, and says what became of tables", () =>
    using(async (world) => {
      await world.write("dump.sql.gz", gzipSync(SCRIPT));
      const { exit, json } = await world.import("dump.sql.gz", "app");
      expect([exit, json().data.import]).toMatchObject([
        0,
        {
          did: "import",
          mode: null,
          tables: [],
          script: {
            file: expect.stringMatching(/dump\.sql\.gz$/),
            statements: 3,
            tables: expect.arrayContaining([
              { schema, name: "t", kind: "made", rowsBefore: null, rowsAfter: 2 },
              { schema, name: "old", kind: "changed", rowsBefore: 2, rowsAfter: 3 },
            ]),
          },
        },
      ]);
      expect(await world.rows("SELECT s FROM t ORDER BY id")).toEqual([{ s: "x;\ny" }, { s: "" }]);
    }));

  test("comes from a pipe when its format is told", () =>
    using(async (world) => {
      const argv = ["import", "-", "app", "--format", "sql"];
      const { exit, stdout } = await world.run(argv, {
        talk: async ({ stdin }) => void stdin.end("BEGIN;\nINSERT INTO old VALUES (9, 'p');\nCOMMIT;\n"),
      });
      expect([exit, stdout]).toEqual([0, expect.stringMatching(/old +changed +2 +3\n[\s\S]*3 statements run/)]);
      expect(await world.rows("SELECT id FROM old WHERE id > 2")).toEqual([{ id: 9 }]);
    }));

  test("--check tries it and rolls it back", () =>
    using(async (world) => {
      await world.write("s.sql", SCRIPT);
      const { exit, stdout } = await world.run(["import", "s.sql", "app", "--check"]);
      expect([exit, stdout]).toEqual([0, expect.stringContaining("everything was rolled back")]);
      expect(await world.rows("SELECT id FROM old ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
    }));

  test("an error names its line and the database's words, and nothing is changed", () =>
    using(async (world) => {
      await world.write("s.sql", `${SCRIPT}\n\nINSERT INTO old\n VALUES (1, 'twice');\nCREATE TABLE late (n int);`);
      const { exit, json } = await world.import("s.sql", "app");
      expect([exit, json().error]).toMatchObject([
        11,
        {
          code: "DB.REFUSED",
          message: expect.stringContaining("nothing was changed"),
          why: expect.stringMatching(/^line 7: .*(?:UNIQUE constraint failed: old\.id|duplicate key value.*old_pkey)/),
        },
      ]);
      expect(await world.rows("SELECT id FROM old ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
      await expect(world.rows("SELECT * FROM t")).rejects.toThrow();
    }));

  test.each([
    ["DROP TABLE old", "DROP TABLE old;"],
    ["DELETE", "DELETE FROM old WHERE id = 1;"],
    ["UPDATE", "UPDATE old SET name = 'x';"],
    ["ALTER … DROP", "ALTER TABLE old DROP COLUMN name;"],
    ["a DELETE within WITH", "WITH x AS (SELECT 1 AS id) DELETE FROM old WHERE id IN (SELECT id FROM x);"],
  ])("%s needs --confirm, and shows its line first", (_title, sql) =>
    using(async (world) => {
      await world.write("s.sql", `INSERT INTO old VALUES (7, 'n');\n${sql}`);
      const { exit, json } = await world.import("s.sql", "app");
      expect([exit, json().error.code]).toEqual([2, "USAGE.CONSENT_MISSING"]);
      expect(await world.rows("SELECT id FROM old ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
      const plan = await world.run(["import", "s.sql", "app", "--dry-run"]);
      expect(plan.stdout + plan.stderr).toContain(`line 2: ${sql.slice(0, -1)}`);
      expect((await world.run(["import", "s.sql", "app", "--confirm", "app"])).exit).toBe(0);
    }),
  );

  test("words in texts, names and triggers destroy nothing", () =>
    using(async (world) => {
      await world.write(
        "s.sql",
        "INSERT INTO old VALUES (5, 'x; DROP TABLE old; DELETE FROM old');\nSELECT 1 AS \"delete\";",
      );
      expect((await world.import("s.sql", "app")).exit).toBe(0);
    }));

  test.each([
    ["BEGIN without its COMMIT", "BEGIN;\nINSERT INTO old VALUES (8, 'x');", 1],
    ["COMMIT without a BEGIN", "INSERT INTO old VALUES (8, 'x');\nCOMMIT;\nINSERT INTO old VALUES (1, 'x');", 2],
    ["ROLLBACK", "BEGIN;\nINSERT INTO old VALUES (8, 'x');\nROLLBACK;", 3],
    ["a statement without its semicolon", "INSERT INTO old VALUES (8, 'x');\nDELETE FROM old", 2],
    ["a text that never ends", "INSERT INTO old VALUES (8, 'x');\nINSERT INTO old VALUES (9, 'x", 2],
  ])("%s is refused before anything is changed, with its line", (_title, sql, line) =>
    using(async (world) => {
      await world.write("s.sql", sql);
      for (const flags of [[], ["--dry-run"]]) {
        const { exit, json } = await world.import("s.sql", "app", ...flags);
        expect([exit, json().error]).toMatchObject([
          11,
          { code: "DB.REFUSED", why: expect.stringContaining(`line ${line}`) },
        ]);
      }
      expect(await world.rows("SELECT id FROM old ORDER BY id")).toEqual([{ id: 1 }, { id: 2 }]);
    }),
  );

  test("savepoints are its own, and several transactions become one", () =>
    using(async (world) => {
      await world.write(
        "s.sql",
        "BEGIN; INSERT INTO old VALUES (3, 'x'); SAVEPOINT a; INSERT INTO old VALUES (4, 'x'); ROLLBACK TO a; COMMIT;\nBEGIN; INSERT INTO old VALUES (5, 'y'); COMMIT;",
      );
      expect((await world.import("s.sql", "app")).exit).toBe(0);
      expect(await world.rows("SELECT id FROM old WHERE id > 2 ORDER BY id")).toEqual([{ id: 3 }, { id: 5 }]);
    }));

  test.each([
    [["--mode", "ignore"], "--mode has"],
    [["--map", "a=b", "--table", "t"], "--table, --map have"],
    [["--no-header"], "--no-header has"],
    [["--preview", "3"], "--preview has"],
    [["--max-errors", "3"], "--max-errors has"],
  ])("%j has no meaning for it", (flags, words) =>
    using(async (world) => {
      await world.write("s.sql", SCRIPT);
      const { exit, json } = await world.import("s.sql", "app", ...flags);
      expect([exit, json().error]).toMatchObject([
        2,
        { code: "USAGE.INVALID", message: expect.stringContaining(words) },
      ]);
    }),
  );

  test.each([
    ["an empty file", "", "empty"],
    ["comments only", "-- nothing\n/* here */", "holds no statement"],
    ["another database's file", "SQLite format 3\0", "no text"],
  ])("%s is no script", (_title, content, words) =>
    using(async (world) => {
      await world.write("s.sql", content);
      const { exit, json } = await world.import("s.sql", "app");
      expect([exit, json().error]).toMatchObject([expect.any(Number), { code: "IMPORT.INPUT_INVALID" }]);
      expect(exit).not.toBe(0);
      expect(json().error.message + json().error.why).toContain(words);
    }),
  );

  test("is read in the encoding that is told, and in UTF-16 by its mark", () =>
    using(async (world) => {
      await world.write("l.sql", Buffer.from("INSERT INTO old VALUES (3, 'é');", "latin1"));
      await world.write("u.sql", Buffer.from("\ufeffINSERT INTO old VALUES (4, 'é');", "utf16le"));
      expect((await world.import("l.sql", "app", "--encoding", "latin1")).exit).toBe(0);
      expect((await world.import("u.sql", "app")).exit).toBe(0);
      expect(await world.rows("SELECT name FROM old WHERE id > 2")).toEqual([{ name: "é" }, { name: "é" }]);
    }));

  test("what export wrote of a table comes back", () =>
    using(async (world) => {
      expect((await world.run(["export", "app", "-o", "out.sql", "--table", "old"])).exit).toBe(0);
      await world.sql("DROP TABLE old");
      expect((await world.import("out.sql", "app")).exit).toBe(0);
      expect(await world.rows("SELECT * FROM old ORDER BY id")).toEqual([
        { id: 1, name: "a" },
        { id: 2, name: "b" },
      ]);
    }));
});

describe("a script into PostgreSQL", () => {
  const using = async (work: (world: ImportWorld) => Promise<void>): Promise<void> => {
    if (POSTGRES === undefined) throw new Error("no such engine");
    await using world = await POSTGRES.open();
    await work(world);
  };

  test("a dump of pg_dump comes back whole, with its COPY blocks, functions and large objects", () =>
    using(async (world) => {
      await world.sql(
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, s text, j jsonb)",
        `INSERT INTO t (s, j) VALUES (E'a\\tb\\\\.\\n\\\\.', '{"a": ";"}'), (NULL, NULL), ('', '1')`,
        "CREATE FUNCTION f(n int) RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT CASE WHEN n > 0 THEN 1 ELSE 2 END; SELECT 3; END",
        "CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END; $$",
        "CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION g()",
        "SELECT lo_from_bytea(4242, 'big'::bytea)",
      );
      const dump = execFileSync("pg_dump", ["--no-owner", "--dbname", world.place], { encoding: "utf8" });
      await world.sql("DROP TABLE t", "DROP FUNCTION f, g", "SELECT lo_unlink(4242)");
      await world.write("d.sql", dump);
      const { exit, json } = await world.import("d.sql", "app");
      expect([exit, json().error, json().data.import.script.tables]).toEqual([
        0,
        null,
        [{ schema: "public", name: "t", kind: "made", rowsBefore: null, rowsAfter: 3 }],
      ]);
      await world.sql("INSERT INTO t (s) VALUES ('next')");
      expect(await world.rows("SELECT id, s, f(id) AS f FROM t ORDER BY id")).toEqual([
        { id: 1, s: "a\tb\\.\n\\.", f: 3 },
        { id: 2, s: null, f: 3 },
        { id: 3, s: "", f: 3 },
        { id: 4, s: "next", f: 3 },
      ]);
      expect(await world.rows("SELECT convert_from(lo_get(4242), 'UTF8') AS lo")).toEqual([{ lo: "big" }]);
      await world.write("cut.sql", dump.slice(0, dump.indexOf("dump complete")));
      expect((await world.import("cut.sql", "app")).json().error).toMatchObject({
        code: "DB.REFUSED",
        why: expect.stringContaining("pg_dump's last line is missing"),
      });
    }));

  test.each([
    ["\\! id", "a command of psql"],
    ["SELECT 1 \\g /tmp/x", "a command of psql"],
    ["COPY t FROM PROGRAM 'id';", "it runs a program"],
    ["COPY t TO '/tmp/x';", "a file on the server"],
    ["COPY t FROM '/etc/passwd';", "a file on the server"],
    ["COPY t TO STDOUT;", "form that pg_dump does not write"],
    ["SET standard_conforming_strings = off;", "changes standard_conforming_strings"],
    ["SET client_encoding = 'LATIN1';", "--encoding must name"],
    ["BEGIN ISOLATION LEVEL SERIALIZABLE; COMMIT;", "of its own kind"],
    ["BEGIN; BEGIN; COMMIT;", "within another one"],
    ["BEGIN; COMMIT AND CHAIN;", "ends the transaction"],
    ["COPY t (n) FROM stdin;\n1\n", "in the middle"],
  ])("%j is refused with its line before anything is changed", (sql, why) =>
    using(async (world) => {
      await world.write("s.sql", `CREATE TABLE t (n int);\n${sql}\n`);
      const { exit, json } = await world.import("s.sql", "app", "--dry-run");
      expect([exit, json().error]).toMatchObject([11, { code: "DB.REFUSED", why: expect.stringContaining(why) }]);
      expect(json().error.why).toMatch(/^line [2-4]: /);
    }),
  );

  test("a bad row of COPY is named by its own line", () =>
    using(async (world) => {
      await world.write("s.sql", "CREATE TABLE t (n int);\n\nCOPY t (n) FROM stdin;\n1\n2\nx\n4\n\\.\nSELECT 1;\n");
      const { exit, json } = await world.import("s.sql", "app");
      expect([exit, json().error.why]).toEqual([11, expect.stringMatching(/^line 6: .*invalid input syntax.*"x"/)]);
    }));

  test("what is checked late is checked before the commit, and in a trial", () =>
    using(async (world) => {
      await world.sql("CREATE TABLE p (id int PRIMARY KEY)");
      await world.sql("CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED)");
      await world.write("s.sql", "INSERT INTO c VALUES (7);\n");
      for (const flags of [[], ["--check"]]) {
        const { exit, json } = await world.import("s.sql", "app", ...flags);
        expect([exit, json().error.why]).toEqual([11, expect.stringContaining("foreign key constraint")]);
      }
      expect(await world.rows("SELECT * FROM c")).toEqual([]);
    }));

  test("a sequence that was there is set with the commit only, for no rollback would set it back", () =>
    using(async (world) => {
      await world.sql("CREATE SEQUENCE s", "SELECT setval('s', 100)");
      const set = "SELECT pg_catalog.setval('public.s', 5, true);\nCREATE SEQUENCE n;\nSELECT setval('n', 9, true);\n";
      await world.write("bad.sql", `${set}SELECT 1/0;`);
      await world.write("good.sql", set);
      const last = "SELECT last_value::int AS last FROM s";
      expect((await world.import("bad.sql", "app")).json().error.why).toMatch(/^line 4: division by zero/);
      expect((await world.import("good.sql", "app", "--check")).exit).toBe(0);
      expect(await world.rows(last)).toEqual([{ last: 100 }]);
      expect((await world.import("good.sql", "app")).exit).toBe(0);
      expect([await world.rows(last), await world.rows("SELECT last_value::int AS last FROM n")]).toEqual([
        [{ last: 5 }],
        [{ last: 9 }],
      ]);
    }));

  test("code that ends the transaction by itself is refused by the server", () =>
    using(async (world) => {
      await world.write("s.sql", "CREATE TABLE t (n int);\nDO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$;\n");
      const { exit, json } = await world.import("s.sql", "app", "--confirm", "app");
      expect([exit, json().error.why]).toEqual([11, expect.stringMatching(/^line 2: .*transaction/)]);
      await expect(world.rows("SELECT * FROM t")).rejects.toThrow();
    }));

  test("a role that may not read what it has filled leaves the number of rows unknown, and all else as it is", () =>
    using(async (world) => {
      const role = `writer_${process.pid}_${Date.now()}`;
      await world.sql("CREATE TABLE t (n int)", `CREATE ROLE ${role}`, `GRANT INSERT ON t TO ${role}`);
      try {
        await world.write("s.sql", `SET ROLE ${role};\nINSERT INTO t VALUES (3);\n`);
        const { exit, json } = await world.import("s.sql", "app");
        expect([exit, json().data.import.script.tables]).toEqual([
          0,
          [{ schema: "public", name: "t", kind: "changed", rowsBefore: 0, rowsAfter: null }],
        ]);
        expect(await world.rows("SELECT n FROM t")).toEqual([{ n: 3 }]);
      } finally {
        await world.sql(`DROP OWNED BY ${role}`, `DROP ROLE ${role}`);
      }
    }));

  test("a table that the script has emptied or locked has a known number of rows afterwards only", () =>
    using(async (world) => {
      await world.sql("CREATE TABLE t (n int)", "INSERT INTO t VALUES (1), (2)");
      await world.write("s.sql", "TRUNCATE t;\nINSERT INTO t VALUES (3);\n");
      const { json } = await world.import("s.sql", "app", "--confirm", "app");
      expect(json().data.import.script.tables).toEqual([
        { schema: "public", name: "t", kind: "changed", rowsBefore: null, rowsAfter: 1 },
      ]);
    }));
});

describe("a script into SQLite", () => {
  const using = async (work: (world: ImportWorld) => Promise<void>): Promise<void> => {
    if (SQLITE === undefined) throw new Error("no such engine");
    await using world = await SQLITE.open();
    await work(world);
  };

  const DUMP = [
    "PRAGMA foreign_keys=OFF;",
    "BEGIN TRANSACTION;",
    "CREATE TABLE c (id INTEGER PRIMARY KEY AUTOINCREMENT, p REFERENCES p (id), b);",
    "INSERT INTO c VALUES(5,1,X'00ff');",
    "CREATE TABLE p (id INTEGER PRIMARY KEY);",
    "INSERT INTO p VALUES(1);",
    "CREATE TRIGGER g AFTER DELETE ON p BEGIN DELETE FROM c; UPDATE c SET b = 1; END;",
    "DELETE FROM sqlite_sequence;",
    "INSERT INTO sqlite_sequence VALUES('c',9);",
    "COMMIT;",
  ].join("\n");

  test("what `.dump` writes comes back, into a database that is made for it", () =>
    using(async (world) => {
      await world.write("d.sql", DUMP);
      const { exit, json } = await world.import("d.sql", "new.db", "--create");
      expect([exit, json().error]).toEqual([0, null]);
      expect(json().data.import.script).toMatchObject({ statements: 10, tables: [{ name: "c" }, { name: "p" }] });
      const copy = await world.run(["import", "d.sql", join(world.folder, "new.db"), "--json"]);
      expect([copy.exit, copy.json().error.code]).toEqual([2, "USAGE.CONSENT_MISSING"]);
    }));

  test("an export brings the counters of its own tables, and leaves those of others", () =>
    using(async (world) => {
      await world.sql("CREATE TABLE k (id INTEGER PRIMARY KEY AUTOINCREMENT)", "INSERT INTO k VALUES (50)");
      await world.write("d.sql", DUMP);
      await world.import("d.sql", "new.db", "--create");
      expect((await world.run(["export", join(world.folder, "new.db"), "-o", "out.sql"])).exit).toBe(0);
      const { exit, json } = await world.import("out.sql", "app");
      expect([exit, json().error]).toEqual([0, null]);
      expect(await world.rows("SELECT name, seq FROM sqlite_sequence ORDER BY name")).toEqual([
        { name: "c", seq: 9 },
        { name: "k", seq: 50 },
      ]);
    }));

  test("the counters of other tables are theirs: emptying them needs --confirm", () =>
    using(async (world) => {
      await world.sql("CREATE TABLE k (id INTEGER PRIMARY KEY AUTOINCREMENT)", "INSERT INTO k VALUES (50)");
      await world.write("d.sql", DUMP);
      expect((await world.import("d.sql", "app")).json().error.code).toBe("USAGE.CONSENT_MISSING");
    }));

  test.each([
    [".read other.sql", "command of the sqlite3 program"],
    ["ATTACH 'x.db' AS x;", "it reaches for other files"],
    ["DETACH x;", "it reaches for other files"],
    ["VACUUM INTO 'x.db';", "it reaches for other files"],
    ["SELECT load_extension('x');", "it loads an extension"],
    ["SELECT \"load_extension\" ('x');", "it loads an extension"],
    ["PRAGMA writable_schema=ON;", "PRAGMA writable_schema"],
    ["PRAGMA /* */ main.writable_schema(1);", "PRAGMA writable_schema"],
    ["PRAGMA journal_mode=DELETE;", "PRAGMA journal_mode"],
    ["nonsense;", "syntax error"],
  ])("%j is refused with its line", (sql, why) =>
    using(async (world) => {
      await world.write("s.sql", `CREATE TABLE t (n);\n${sql}\n`);
      const { exit, json } = await world.import("s.sql", "app");
      expect([exit, json().error]).toMatchObject([11, { code: "DB.REFUSED", why: expect.stringContaining(why) }]);
      expect(json().error.why).toMatch(/^line 2/);
      await expect(world.rows("SELECT * FROM t")).rejects.toThrow();
    }),
  );

  test("references that lead nowhere at its end take everything back; older ones are nobody's fault", () =>
    using(async (world) => {
      await world.sql("CREATE TABLE p (id INTEGER PRIMARY KEY)", "CREATE TABLE c (p REFERENCES p)");
      await world.sql("PRAGMA foreign_keys = OFF", "INSERT INTO p VALUES (1)");
      await world.write("old.sql", "INSERT INTO c VALUES (1);");
      expect((await world.import("old.sql", "app")).exit).toBe(0);
      await world.write("s.sql", "INSERT INTO c VALUES (7);\nINSERT INTO c VALUES (8);");
      const { exit, json } = await world.import("s.sql", "app");
      expect([exit, json().error.why]).toEqual([11, "at its end, 2 rows refer to nothing: c → p"]);
      expect(await world.rows("SELECT p FROM c")).toEqual([{ p: 1 }]);
    }));

  test("a script that keeps references while it runs has their actions", () =>
    using(async (world) => {
      await world.sql("CREATE TABLE p (id INTEGER PRIMARY KEY)", "CREATE TABLE c (p REFERENCES p ON DELETE CASCADE)");
      await world.sql("INSERT INTO p VALUES (1)", "INSERT INTO c VALUES (1)");
      await world.write("s.sql", "PRAGMA foreign_keys = ON;\nDELETE FROM p;");
      expect((await world.import("s.sql", "app", "--confirm", "app")).exit).toBe(0);
      expect(await world.rows("SELECT * FROM c")).toEqual([]);
    }));

  test("text that is no UTF-8 in an INSERT keeps its bytes", () =>
    using(async (world) => {
      await world.write("s.sql", Buffer.from("CREATE TABLE t (s TEXT);\nINSERT INTO t VALUES('a\xe9');", "latin1"));
      expect((await world.import("s.sql", "app")).exit).toBe(0);
      expect(await world.rows("SELECT hex(s) AS s, typeof(s) AS k FROM t")).toEqual([{ s: "61E9", k: "text" }]);
    }));
});
