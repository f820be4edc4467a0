import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import type { Expressed, ExpressionScope, ScopeColumn } from "#dbops/drivers/copy-target-model.js";
import { expressSelect as expressInPostgres } from "#dbops/drivers/postgres/copy/express-select.js";
import { parseSelect as parsePostgres } from "#dbops/drivers/postgres/copy/parse-select.js";
import { expressSelect as expressInSqlite } from "#dbops/drivers/sqlite/copy/express-select.js";
import { parseSelect as parseSqlite } from "#dbops/drivers/sqlite/copy/parse-select.js";
import type { Parsed, SqlSelect } from "#dbops/lib/core/sql-expression.js";
import {
  type AsyncEvaluator,
  postgresEvaluator,
  type Shown,
  scopeColumn,
  sqliteEvaluator,
} from "../support/expression-world.js";
import { type FreshDatabase, freshDatabase } from "../support/fresh-database.js";

const INTEGER = { kind: "integer", bits: 64 } as const;
const TABLES: Readonly<Record<string, readonly ScopeColumn[]>> = {
  artist: [scopeColumn("id", INTEGER), scopeColumn("name", { kind: "text" }), scopeColumn("born", INTEGER)],
  album: [
    scopeColumn("id", INTEGER),
    scopeColumn("artist_id", INTEGER),
    scopeColumn("title", { kind: "text" }),
    scopeColumn("price", { kind: "double" }),
    scopeColumn("sold", { kind: "boolean" }, { stored: { as: "value" }, sourceStored: { as: "value" } }),
    scopeColumn("label", { kind: "text" }, { ignoresCase: true }),
  ],
};
/** Column names are other ones at the target, so that a name that is only passed through shows. */
const SCOPE: ExpressionScope = {
  column: (name, table) => {
    const column = TABLES[table?.toLowerCase() ?? ""]?.find((one) => one.name === name.toLowerCase());
    return column === undefined ? null : { ...column, name: `${column.name}_` };
  },
  relation: ({ name }) =>
    TABLES[name.toLowerCase()] === undefined ? null : { schema: null, name: `${name.toLowerCase()}_` },
};
const ROWS = `
  INSERT INTO artist VALUES (1, 'Ärzte', 1982), (2, 'abba', 1972), (3, 'Zappa', NULL), (4, 'Queen', 1970);
  INSERT INTO album VALUES (1, 1, 'Debil', 9.5, TRUE, 'CBS'), (2, 1, 'Im Schatten', 7.25, FALSE, 'cbs'), (3, 2, 'Arrival', 12, TRUE, 'Polar'),
    (4, 2, '', NULL, NULL, NULL), (5, 4, 'A Night', 10, TRUE, 'EMI'), (6, NULL, 'Lost', 3, FALSE, 'emi')`;

function ddl(suffix: string, types: readonly [boolean: string, text: string]): string {
  const [boolean, ignoring] = types;
  const name = (word: string): string => `${word}${suffix}`;
  const rows = suffix === "" ? ROWS : ROWS.replaceAll(/INSERT INTO (\w+)/g, `INSERT INTO $1${suffix}`);
  return `CREATE TABLE ${name("artist")} (${name("id")} bigint, ${name("name")} text, ${name("born")} bigint);
    CREATE TABLE ${name("album")} (${name("id")} bigint, ${name("artist_id")} bigint, ${name("title")} text,
      ${name("price")} double precision, ${name("sold")} ${boolean}, ${name("label")} ${ignoring}); ${rows}`;
}

const sqlite = sqliteEvaluator();
let database: FreshDatabase;
let postgres: AsyncEvaluator;

beforeAll(async () => {
  database = await freshDatabase(inject("postgresUrl"));
  postgres = await postgresEvaluator(database.url);
  for (const suffix of ["", "_"]) {
    sqlite.run(ddl(suffix, ["boolean", "text collate nocase"]));
    await postgres.run(ddl(suffix, ["boolean", "text"]));
  }
});

afterAll(async () => {
  sqlite[Symbol.dispose]();
  await postgres[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
});

function sqlOf(parsed: Parsed<SqlSelect>, express: (select: SqlSelect, scope: ExpressionScope) => Expressed): string {
  if (!parsed.isParsed) return expect.fail(parsed.reason);
  const expressed = express(parsed.value, SCOPE);
  return expressed.isExpressed ? expressed.sql : expect.fail(expressed.reason);
}

function columnsOf(relation: string): readonly string[] | null {
  return TABLES[relation.toLowerCase()]?.map(({ name }) => name) ?? null;
}

const inBag = (rows: readonly (readonly Shown[])[]) => rows.map((row) => JSON.stringify(row)).sort();

describe("views of SQLite select the same rows in PostgreSQL", () => {
  test.each([
    "CREATE VIEW v AS SELECT * FROM artist",
    "CREATE VIEW v (a, b) AS SELECT name, born FROM artist WHERE born > 1970",
    "SELECT a.name, b.title FROM artist a JOIN album b ON b.artist_id = a.id",
    "SELECT a.name, count(b.id) AS n, sum(b.price), avg(b.price) FROM artist a LEFT JOIN album b ON a.id = b.artist_id GROUP BY a.id, a.name HAVING count(*) > 0 ORDER BY n DESC, 1",
    "SELECT artist.*, title AS t FROM album, artist WHERE artist.id = album.artist_id AND sold",
    "SELECT DISTINCT artist_id FROM album WHERE artist_id IS NOT NULL ORDER BY artist_id",
    "SELECT DISTINCT title, label IS NULL AS l FROM album ORDER BY title DESC",
    "SELECT count(*), count(DISTINCT artist_id), min(title), max(title), sum(sold), total(price) FROM album",
    "SELECT CASE WHEN sold = 1 THEN 'yes' ELSE 'no' END AS s, coalesce(price, 0.0) AS price FROM album",
    "SELECT upper(name) AS initial, count(*) FROM artist GROUP BY initial",
    "SELECT title FROM album WHERE label = 'CBS' OR label IN ('Emi')",
    "SELECT a.id, b.id AS other FROM album a CROSS JOIN artist b WHERE a.title < b.name",
    "SELECT name || ' (' || born || ')' AS line, avg(born) FROM artist GROUP BY 1",
    "SELECT id, artist.name FROM artist JOIN album USING (id)",
    "SELECT 1 AS one, 'x' AS x",
    "SELECT name AS 'the name', [born] FROM main.artist",
  ])("%s", async (sql) => {
    const there = sqlOf(parseSqlite(sql, columnsOf), expressInPostgres);
    const select = sql.replace(/^CREATE VIEW .* AS (?=SELECT)/, "");
    expect(inBag(await postgres.rows(there)), there).toEqual(inBag(sqlite.rows(select)));
    await postgres.run(`CREATE VIEW made AS ${there}; DROP VIEW made`);
  });

  test.each([
    "SELECT name FROM artist ORDER BY name",
    "SELECT name, born FROM artist ORDER BY born DESC, name",
    "SELECT born FROM artist ORDER BY 1",
    "SELECT DISTINCT name AS n FROM artist ORDER BY name DESC",
    "SELECT label, id FROM album ORDER BY label, id",
    "SELECT title FROM album ORDER BY title COLLATE NOCASE",
  ])("%s comes in the same order", async (sql) => {
    const there = sqlOf(parseSqlite(sql, columnsOf), expressInPostgres);
    expect(await postgres.rows(there), there).toEqual(sqlite.rows(sql));
  });

  test.each([
    ["SELECT name FROM artist LIMIT 2", /LIMIT/],
    ["SELECT group_concat(name) FROM artist", /group_concat\(\)/],
    ["SELECT name FROM artist WHERE name LIKE 'a%'", /LIKE/],
    ["SELECT name FROM artist UNION SELECT title FROM album", /UNION/],
    ["SELECT name FROM (SELECT * FROM artist)", /parentheses|subquery/],
    ["WITH x AS (SELECT 1) SELECT * FROM x", /WITH/],
    ["SELECT name FROM artist NATURAL JOIN album", /NATURAL/],
    ["SELECT name FROM artist RIGHT JOIN album ON 1", /RIGHT/],
    ["SELECT row_number() OVER (ORDER BY id) FROM artist", /OVER/],
    ["SELECT name FROM nothing", /nothing|no column/],
    ["SELECT label FROM album GROUP BY label", /told apart/],
    ["SELECT a.id, b.id FROM artist a, album b", /two of its columns/],
    ["SELECT price / 2 FROM album", /remainder/],
    ["SELECT count(*) FROM album WHERE count(*) > 1", /count\(\)/],
  ])("%s is refused and says what is in the way", (sql, reason) => {
    const parsed = parseSqlite(sql, columnsOf);
    const expressed = parsed.isParsed ? expressInPostgres(parsed.value, SCOPE) : parsed;
    expect("reason" in expressed ? expressed.reason : "carried").toMatch(reason);
  });
});

describe("views of PostgreSQL select the same rows in SQLite", () => {
  test.each([
    "SELECT a.name, b.title FROM artist a JOIN album b ON b.artist_id = a.id LEFT JOIN artist c ON c.id = b.id WHERE a.born > 1970",
    "SELECT a.name, count(b.id) AS n, sum(b.price) FROM artist a LEFT JOIN album b ON a.id = b.artist_id GROUP BY a.id, a.name HAVING count(*) > 0 ORDER BY n DESC, a.id",
    "SELECT DISTINCT artist_id FROM album WHERE sold ORDER BY artist_id",
    "SELECT count(*), count(DISTINCT artist_id) AS d, sum(born), min(born) FROM album JOIN artist USING (id)",
    "SELECT CASE WHEN sold THEN 'yes' ELSE 'no' END AS s, price * 2 AS twice, (price > 5) AS dear FROM album",
    `SELECT title FROM album WHERE title < 'B' COLLATE "C"`,
    "SELECT name, born / 10 AS decade, born::text || '!' AS said FROM artist",
  ])("%s", async (sql) => {
    await postgres.run(`CREATE VIEW v AS ${sql}`);
    const [[text = null] = []] = await postgres.rows("SELECT pg_get_viewdef('v'::regclass)");
    const there = sqlOf(parsePostgres(text?.slice(1, -1) ?? ""), expressInSqlite);
    expect(inBag(sqlite.rows(there)), there).toEqual(inBag(await postgres.rows("SELECT * FROM v")));
    await postgres.run("DROP VIEW v");
  });

  test.each([
    ["SELECT string_agg(name, ',') FROM artist", /string_agg\(\)/],
    ["SELECT name FROM artist ORDER BY name LIMIT 1", /LIMIT/],
    ["SELECT DISTINCT ON (born) name FROM artist", /DISTINCT ON/],
    ["SELECT name FROM artist ORDER BY name", /language/],
    ["SELECT min(name) FROM artist", /min\(\)/],
    ["SELECT name FROM artist WHERE lower(name) = 'abba'", /language/],
    ["SELECT count(*) FILTER (WHERE sold) FROM album", /FILTER/],
  ])("%s is refused and says what is in the way", async (sql, reason) => {
    await postgres.run(`CREATE VIEW v AS ${sql}`);
    const [[text = null] = []] = await postgres.rows("SELECT pg_get_viewdef('v'::regclass)");
    await postgres.run("DROP VIEW v");
    const parsed = parsePostgres(text?.slice(1, -1) ?? "");
    const expressed = parsed.isParsed ? expressInSqlite(parsed.value, SCOPE) : parsed;
    expect("reason" in expressed ? expressed.reason : "carried").toMatch(reason);
  });
});
