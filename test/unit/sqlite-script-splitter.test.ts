import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import { inspectScript } from "#dbops/drivers/sqlite/inspect-script.js";
import { ScriptSplitter } from "#dbops/drivers/sqlite/script-splitter.js";

/** Each of these is one statement, with what might be taken for its end inside. */
const STATEMENTS = [
  "SELECT 1;",
  "INSERT INTO t VALUES('a;b', 'it''s; -- no comment', '/* nor this', X'3b');",
  "INSERT INTO t VALUES('line one\n;line two\r\n--\n.mode list\n', 'äöü€😀;');",
  `CREATE TABLE "a;b" (\`c;d\` TEXT, [e;f'"g] TEXT DEFAULT ';');`,
  "CREATE TABLE c (a /* ; ' */, b -- ; \" '\n, d INTEGER);",
  "SELECT 1 - -1, 4 / 2, 2 -1;",
  "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM u; END;",
  "create temp trigger r2 after delete on t begin insert into u values('; end;'); /* ; */ select 1;\nend;",
  "CREATE /* ; */ TEMPORARY TRIGGER r3 BEFORE UPDATE ON t BEGIN SELECT 1; SELECT 'END'; END ;",
  "CREATE TABLE trigger_like (id);",
  "EXPLAIN QUERY PLAN CREATE TRIGGER r4 AFTER INSERT ON t BEGIN SELECT 1; END;",
  'CREATE VIEW v AS SELECT CASE a WHEN 1 THEN 2 END AS "end" FROM t;',
];
const BETWEEN = "\n-- a comment; with 'a quote\n/* another\n; one **/ ;;\r\n\t";

function split(script: string, pieceBytes: number): readonly { readonly sql: string; readonly line: number }[] {
  const splitter = new ScriptSplitter();
  const bytes = Buffer.from(script);
  const found: { sql: string; line: number }[] = [];
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    for (const { bytes: sql, line } of splitter.take(bytes.subarray(at, at + pieceBytes))) {
      found.push({ sql: sql.toString("utf8"), line });
    }
  }
  splitter.end();
  return found;
}

describe("a text is cut into its statements", () => {
  test.each([1, 2, 3, 5, 64, 1 << 20])("in pieces of %i bytes", (pieceBytes) => {
    const script = STATEMENTS.map((statement) => BETWEEN + statement).join("") + BETWEEN;
    const found = split(script, pieceBytes);
    expect(found.map(({ sql }) => sql)).toEqual(STATEMENTS);
    const lines = STATEMENTS.map((statement) => script.slice(0, script.indexOf(statement)).split("\n").length);
    expect(found.map(({ line }) => line)).toEqual(lines);
  });

  test.each([1, 4096])("behind a byte order mark and a comment, in pieces of %i bytes", (pieceBytes) => {
    expect(split("\ufeff-- made by x\nCREATE TABLE t (a);\n", pieceBytes)).toEqual([
      { sql: "CREATE TABLE t (a);", line: 2 },
    ]);
  });

  test("a comment may be all that is left at the end", () => {
    expect(split("SELECT 1; -- done", 3)).toHaveLength(1);
  });
});

describe("a text that is not whole, or not text", () => {
  test.each([
    ["inside a statement", "SELECT 1; SELECT 2", "the statement that begins on line 1"],
    ["inside a string", "\n\nINSERT INTO t VALUES('a;", "the statement that begins on line 3"],
    ["inside a trigger", "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT 1;\n", "the statement that begins on line 1"],
    ["inside a comment", "SELECT 1; /* and", "inside a comment"],
    ["in the middle of a mark", "SELECT 1; -", "inside a statement"],
    ["without its COMMIT", "BEGIN TRANSACTION; CREATE TABLE t (a);", "COMMIT"],
    ["with the ROLLBACK of a dump that met errors", "BEGIN;\nSELECT 1;\nROLLBACK; -- due to errors\n", "line 3"],
    ["empty", "", "no statement"],
    ["only comments", "-- nothing\n;;\n", "no statement"],
    ["with a NUL byte", "SELECT 1;\nSELECT 'a\0b';", "line 2 holds a NUL byte"],
    ["in UTF-16", Buffer.from("\ufeffSELECT 1;", "utf16le"), "UTF-16"],
  ])("%s", async (_title, script, words) => {
    const read = inspectScript(Readable.from([Buffer.from(script)]));
    await expect(read).rejects.toMatchObject({ code: "BACKUP.DAMAGED", why: expect.stringContaining(words) });
  });

  test("its statements are counted", async () => {
    const script = "BEGIN; SAVEPOINT a; ROLLBACK TO a; SELECT 1; COMMIT;";
    expect(await inspectScript(Readable.from([Buffer.from(script)]))).toEqual({ serverVersion: null, entries: 5 });
  });
});

describe("what is never run", () => {
  test.each([
    [".mode list\nSELECT 1;", "line 1: it contains a command of the sqlite3 program: .mode list"],
    ["SELECT 1;\n  .shell touch /tmp/x\n", "line 2: it contains a command of the sqlite3 program: .shell touch /tmp/x"],
    ["SELECT 1;\n/* x */ ATTACH 'other.db' AS o;", "line 2: it reaches for other files: ATTACH"],
    ["detach o;", "line 1: it reaches for other files: DETACH"],
    ["VACUUM INTO 'other.db';", "line 1: it reaches for other files: VACUUM"],
    ["vacuum/**/into 'other.db';", "line 1: it reaches for other files: VACUUM"],
    ["\\restrict x\nSELECT 1;", "line 1: no statement begins with \\restrict"],
    ["SELECT 1; \ufeffATTACH 'other.db' AS o;", "line 1: no statement begins with \ufeffATTACH"],
  ])("%j", async (script, why) => {
    const read = inspectScript(Readable.from([Buffer.from(script)]));
    await expect(read).rejects.toMatchObject({ code: "DB.REFUSED", why });
  });
});
