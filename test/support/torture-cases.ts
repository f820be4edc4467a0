import type { Database } from "better-sqlite3";

/** A small database of a kind that copies between engines have broken on. */
export interface TortureCase {
  readonly name: string;
  build(db: Database): void;
}

const LONG_NAME = `t_${"long_".repeat(14)}x`;

/** Cases of which other loaders lost rows, keys, defaults or digits, most of them with exit code 0. */
export const TORTURE_CASES: readonly TortureCase[] = [
  of("empty AUTOINCREMENT table", "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)"),
  of(
    "WITHOUT ROWID with a blob",
    "CREATE TABLE t(k TEXT PRIMARY KEY, v BLOB) WITHOUT ROWID",
    "INSERT INTO t VALUES ('a', x'00ff41'), ('B', zeroblob(3)), ('ä', x'')",
  ),
  of(
    "control characters, \\N and emoji",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT)",
    String.raw`INSERT INTO t(s) VALUES ('tab' || char(9) || 'nl' || char(10) || 'cr' || char(13) || 'bs' || char(8)), ('\N'), ('\.'), ('a\b'), ('😀 ünïcode'), (''), (NULL)`,
  ),
  of(
    "composite primary and foreign key",
    "CREATE TABLE p(a INTEGER, b TEXT, x TEXT, PRIMARY KEY(a, b))",
    "CREATE TABLE c(id INTEGER PRIMARY KEY, pa INTEGER, pb TEXT, FOREIGN KEY(pa, pb) REFERENCES p(a, b) ON DELETE CASCADE)",
    "INSERT INTO p VALUES (1, 'x', 'one'), (2, 'y', 'two')",
    "INSERT INTO c VALUES (1, 1, 'x'), (2, 2, 'y'), (3, NULL, 'z')",
  ),
  of(
    "REAL with all its digits and 1e308",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, r REAL)",
    "INSERT INTO t(r) VALUES (3.141592653589793), (16777217.0), (1e308), (5e-324), (-0.0), (9e999), (-9e999), (0.1)",
  ),
  of(
    "BOOLEAN that holds a 2",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, b BOOLEAN)",
    "INSERT INTO t(b) VALUES (0), (1), (2)",
  ),
  of(
    "dates in several encodings",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, d DATETIME)",
    "INSERT INTO t(d) VALUES ('2024-02-29 12:34:56'), (1709210096), (2460370.024259)",
  ),
  of(
    "text, blob and real in INTEGER",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER)",
    "INSERT INTO t(n) VALUES (1), ('abc'), (x'01'), (1.5), (9223372036854775807), (NULL)",
  ),
  of(
    "AUTOINCREMENT whose highest row is gone",
    "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT)",
    "INSERT INTO t(a) VALUES ('a'), ('b'), ('c')",
    "DELETE FROM t WHERE id = 3",
  ),
  of(
    "rowid primary key that numbers itself",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT NOT NULL)",
    "INSERT INTO t(a) VALUES ('a'), ('b')",
  ),
  of(
    "STRICT with ANY",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, i INT, r REAL, s TEXT, b BLOB, a ANY) STRICT",
    "INSERT INTO t(i, r, s, b, a) VALUES (1, 1.5, 'x', x'01', 1), (2, 2.5, 'y', x'02', 'text')",
  ),
  of(
    "NULL in the primary key",
    "CREATE TABLE t(k TEXT PRIMARY KEY, v INTEGER)",
    "INSERT INTO t VALUES ('a', 1), (NULL, 2), (NULL, 3)",
  ),
  of(
    "CHECK constraints",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, n INTEGER CHECK (n > 0), s TEXT, CONSTRAINT known CHECK (s IN ('a', 'b') /* both */))",
    "INSERT INTO t(n, s) VALUES (1, 'a'), (2, 'b')",
  ),
  of(
    "UNIQUE without case",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE UNIQUE)",
    "INSERT INTO t(name) VALUES ('Bob'), ('alice')",
  ),
  of(
    "NUL in text",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT)",
    "INSERT INTO t(s) VALUES ('a' || char(0) || 'b'), ('plain')",
  ),
  of(
    "invalid UTF-8",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, s TEXT)",
    "INSERT INTO t(s) VALUES ('plain'), (CAST(x'61ff62' AS TEXT)), ('after')",
  ),
  of(
    "reserved words as names",
    'CREATE TABLE "Group"("Order" INTEGER PRIMARY KEY, "user" TEXT, "select" TEXT)',
    `INSERT INTO "Group" VALUES (1, 'a', 'b')`,
  ),
  of(
    "quotes in names",
    'CREATE TABLE "a""b; drop table x;--"("c""d" INTEGER PRIMARY KEY, [e f] TEXT, `g``h` TEXT)',
    `INSERT INTO "a""b; drop table x;--" VALUES (1, 'x', 'y')`,
  ),
  of(
    "thirteen forms of defaults",
    `CREATE TABLE t(id INTEGER PRIMARY KEY,
      a TEXT DEFAULT CURRENT_TIMESTAMP, b TEXT DEFAULT (datetime('now')), c TEXT DEFAULT (strftime('%s', 'now')),
      d BLOB DEFAULT x'00ff', e INTEGER DEFAULT (1+1), f TEXT DEFAULT "double", g TEXT DEFAULT 'it''s',
      h REAL DEFAULT -1.5, i INTEGER DEFAULT +7, j BOOLEAN DEFAULT TRUE, k TEXT DEFAULT NULL,
      l INTEGER DEFAULT (abs(random())), m DATE DEFAULT CURRENT_DATE)`,
    "INSERT INTO t(id) VALUES (1)",
  ),
  of(
    "JSON that is none",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, j JSON)",
    `INSERT INTO t(j) VALUES ('{"a":1}'), ('{bad')`,
  ),
  of(
    "reals in columns without a type",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, u, s TEXT)",
    "INSERT INTO t(u, s) VALUES (1.5, 1.5), (2.25, 'x'), (0.1, 'y')",
  ),
  of(
    "INT2 and other words for types",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT2, b LONGVARCHAR(9), c NUMBER, d NUMERIC[], e any, f UUID)",
    "INSERT INTO t(a, b, c, d, e, f) VALUES (1, 'long', 1.5, 2, 'x', '6ba7b810-9dad-11d1-80b4-00c04fd430c8')",
  ),
  of(
    "text in BLOB",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB)",
    "INSERT INTO t(b) VALUES ('abcd'), (x'00ff'), ('ä'), (NULL)",
  ),
  of(
    "foreign key without columns",
    "CREATE TABLE z(zid INTEGER PRIMARY KEY, a TEXT)",
    "CREATE TABLE y(id INTEGER PRIMARY KEY, z INTEGER REFERENCES z DEFERRABLE INITIALLY DEFERRED)",
    "INSERT INTO z VALUES (1, 'a')",
    "INSERT INTO y VALUES (1, 1)",
  ),
  of(
    "orphans",
    "PRAGMA foreign_keys = OFF",
    "CREATE TABLE p(id INTEGER PRIMARY KEY)",
    "CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER REFERENCES p(id))",
    "INSERT INTO p VALUES (1)",
    "INSERT INTO c VALUES (1, 1), (2, 99), (3, NULL)",
  ),
  of(
    "generated columns",
    `CREATE TABLE t(id INTEGER PRIMARY KEY, a INTEGER, b INTEGER GENERATED ALWAYS AS (a * 2) STORED,
      c TEXT AS (lower('X') || a) VIRTUAL)`,
    "INSERT INTO t(a) VALUES (1), (2)",
  ),
  of(
    "index over an expression, and one over some rows",
    "CREATE TABLE t(id INTEGER PRIMARY KEY, email TEXT, isGone INTEGER)",
    "CREATE INDEX t_lower ON t(lower(email) DESC)",
    "CREATE UNIQUE INDEX t_live ON t(email) WHERE isGone = 0",
    "INSERT INTO t(email, isGone) VALUES ('A@x', 0), ('A@x', 1), ('b@x', 0)",
  ),
  of(
    "table name of 73 bytes",
    `CREATE TABLE ${LONG_NAME}(id INTEGER PRIMARY KEY, a TEXT)`,
    `INSERT INTO ${LONG_NAME} VALUES (1, 'a')`,
  ),
  of(
    "two names that are equal in their first 63 bytes",
    `CREATE TABLE ${LONG_NAME}_1(id INTEGER PRIMARY KEY, a TEXT)`,
    `CREATE TABLE ${LONG_NAME}_2(id INTEGER PRIMARY KEY, b TEXT)`,
    `INSERT INTO ${LONG_NAME}_1 VALUES (1, 'a')`,
    `INSERT INTO ${LONG_NAME}_2 VALUES (2, 'b')`,
  ),
];

function of(name: string, ...statements: readonly string[]): TortureCase {
  return {
    name,
    build: (db) => {
      for (const statement of statements) db.exec(statement);
    },
  };
}
