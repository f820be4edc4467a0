import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CopyRead } from "#dbops/drivers/copy-rows-model.js";
import type { CopyTarget } from "#dbops/drivers/copy-target-model.js";
import type { PlannedView } from "#dbops/lib/copy/copy-plan.js";
import { runCopy } from "#dbops/lib/copy/run-copy.js";
import { DbopsError } from "#dbops/lib/core/errors.js";
import { fileSource, jobOf, planned, watched } from "../support/copy-run-world.js";
import { column, type TargetWorld, table, targetWorld } from "../support/copy-target-world.js";
import { sqlite } from "../support/sqlite-files.js";

const NUMBERS = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600000)";
const HIDDEN = '"dbops_copy_20261128T010203Z-abc123"';

const words = table("words", [column("id", "integer", { isNullable: false }), column("word", "text")]);
const bag = table("bag", [column("word", "text"), column("n", "integer")]);

let world: TargetWorld;
let path: string;
beforeEach(async () => {
  world = await targetWorld();
  path = `${world.tested.workDir}/from.db`;
});
afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

function fill(...statements: readonly string[]): void {
  sqlite(path, "PRAGMA journal_mode = WAL", ...statements);
}

function fillWords(count: number): void {
  fill(
    "CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT)",
    `${NUMBERS} INSERT INTO words SELECT i, 'word ' || i FROM n LIMIT ${count}`,
  );
}

/** The copy's target, of which one act is followed by another of somebody else's. */
function followed(target: CopyTarget, act: "finish" | "create", then: () => Promise<unknown>): CopyTarget {
  return new Proxy(target, {
    get(inner, name) {
      const member: unknown = Reflect.get(inner, name, inner);
      if (typeof member !== "function") return member;
      return name === act
        ? async (...args: unknown[]) => {
            const result: unknown = await Reflect.apply(member, inner, args);
            await then();
            return result;
          }
        : member.bind(inner);
    },
  });
}

async function digestOf(sql: string): Promise<string> {
  const rows = await world.database.sql(sql);
  return createHash("sha256")
    .update(rows.map(({ line }) => `${String(line)}\n`).join(""))
    .digest("hex");
}

describe("a copy", () => {
  test("is loaded in chunks, proven in order and as a bag, and made visible", async () => {
    fillWords(300_000);
    fill(
      "CREATE TABLE bag (word, n)",
      "INSERT INTO bag VALUES ('x', 1), ('x', 1), (NULL, 2)",
      "CREATE TABLE bag2 (word, n)",
    );
    const empty = table("bag2", bag.columns);
    await using source = await fileSource(path, world.tested.context);
    await using target = await world.target();
    const { context } = world.tested;
    const tables = [planned(words), planned(bag), planned(empty)];
    const { report, error } = await runCopy(jobOf({ source, target, tables, context }));
    expect(error).toBeNull();
    expect(report.tables.map(({ rows, checksum }) => [rows, checksum?.equal, checksum?.algorithm])).toEqual([
      [300_000, true, "dbops-rows/1"],
      [3, true, "dbops-rows/1"],
      [0, true, "dbops-rows/1"],
    ]);
    const line = "SELECT id || E'\\t' || word AS line FROM words ORDER BY id";
    expect(report.tables[0]?.checksum?.target).toBe(`sha256:${await digestOf(line)}`);
    expect(report.source.unchanged).toBe("yes");
    expect(report.phases.map(({ name }) => name)).toEqual([
      "create",
      "load",
      "index",
      "prove",
      "views",
      "queries",
      "publish",
    ]);
  });

  test("without rows makes tables only", async () => {
    fillWords(10);
    await using source = await fileSource(path, world.tested.context);
    await using target = await world.target();
    const parts = { source, target, tables: [planned(words)], context: world.tested.context };
    const { report, error } = await runCopy(jobOf(parts, { content: "schema" }));
    expect([error, report.tables[0]?.rows]).toEqual([null, null]);
    expect(await world.database.sql("SELECT count(*)::int AS n FROM words")).toEqual([{ n: 0 }]);
  });

  test("takes a value of 20 MB, with and without a key", async () => {
    fill("CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT)", "CREATE TABLE bag (word, n)");
    fill("INSERT INTO words VALUES (1, 'a'), (2, printf('%.20000000c', 'x')), (3, 'b')");
    fill("INSERT INTO bag SELECT word, id FROM words");
    await using source = await fileSource(path, world.tested.context);
    await using target = await world.target();
    const parts = { source, target, tables: [planned(words), planned(bag)], context: world.tested.context };
    const { report, error } = await runCopy(jobOf(parts));
    expect(error).toBeNull();
    expect(report.tables.map(({ checksum }) => checksum?.equal)).toEqual([true, true]);
    expect(await world.database.sql("SELECT length(word) AS n FROM words WHERE id = 2")).toEqual([{ n: 20_000_000 }]);
  });
});

describe("what differs at the target", () => {
  test.each([
    ["a value", `UPDATE ${HIDDEN}.words SET word = 'other' WHERE id = 70000`, "key 70000: word"],
    ["a row that is missing", `DELETE FROM ${HIDDEN}.words WHERE id = 70000`, "key 70000 is missing"],
    ["a row too many", `INSERT INTO ${HIDDEN}.words VALUES (0, 'zero')`, "key 0 is extra"],
  ])("%s is found and named, and nothing becomes visible", async (_, sql, named) => {
    fillWords(100_000);
    await using source = await fileSource(path, world.tested.context);
    {
      await using opened = await world.target();
      const target = followed(opened, "finish", () => world.database.sql(sql));
      const parts = { source, target, tables: [planned(words)], context: world.tested.context };
      const { report, error } = await runCopy(jobOf(parts));
      expect(error).toMatchObject({ code: "COPY.MISMATCH", exit: 10, why: expect.stringContaining(named) });
      expect(error?.why).toContain("the engines' own sums differ");
      expect([report.tables[0]?.checksum?.equal, report.resumable]).toEqual([false, false]);
    }
    expect(await world.database.sql("SELECT to_regclass('words') AS name")).toEqual([{ name: null }]);
    expect(await world.database.sql("SELECT FROM pg_namespace WHERE nspname LIKE 'dbops%'")).toEqual([]);
  });

  test("a row that is there twice in a table without a key", async () => {
    fill("CREATE TABLE bag (word, n)", "INSERT INTO bag VALUES ('a', 1), ('b', 2), ('b', 2)");
    await using source = await fileSource(path, world.tested.context);
    await using opened = await world.target();
    const sql = `UPDATE ${HIDDEN}.bag SET word = 'a', n = 1 WHERE ctid = (SELECT max(ctid) FROM ${HIDDEN}.bag)`;
    const target = followed(opened, "finish", () => world.database.sql(sql));
    const parts = { source, target, tables: [planned(bag)], context: world.tested.context };
    expect((await runCopy(jobOf(parts))).error).toMatchObject({ code: "COPY.MISMATCH" });
  });
});

describe("an interrupted copy", () => {
  /** Stops it when so many rows are told of. */
  async function interrupt(rows: number): Promise<void> {
    await using source = await fileSource(path, world.tested.context);
    const abort = new AbortController();
    const context = { ...world.tested.context, signal: abort.signal };
    await using target = await world.target({}, { context });
    const reason = new DbopsError("RUN.INTERRUPTED", { message: "stopped" });
    const job = jobOf(
      { source, target, tables: [planned(bag), planned(words)], context },
      { jobs: 1, onProgress: (state) => (state.rows >= rows ? abort.abort(reason) : undefined) },
    );
    await expect(runCopy(job)).rejects.toBe(reason);
    expect(world.tested.notices.join()).toContain("go on with dbops migrate copy from to --resume RUN");
  }

  async function resume() {
    await using source = await fileSource(path, world.tested.context);
    await using target = await world.target({ isResumed: true });
    const reads: CopyRead[] = [];
    const parts = { target, tables: [planned(bag), planned(words)], context: world.tested.context };
    const job = jobOf({ ...parts, source: watched(source, (read) => reads.push(read)) }, { isResumed: true });
    const outcome = await runCopy(job);
    const ofWords = reads.filter(({ table: { name } }) => name === "words");
    return { ...outcome, reads: ofWords.map(({ after: from, upTo }) => [from, upTo]) };
  }

  function fillBoth(): void {
    fillWords(600_000);
    fill("CREATE TABLE bag (word, n)", "INSERT INTO bag VALUES ('x', 1), ('x', 1), (NULL, 2)");
  }

  async function rowsInBag(): Promise<unknown> {
    const [row] = await world.database.sql("SELECT count(*)::int AS n FROM bag");
    return row?.n;
  }

  async function wholeDigest(): Promise<string> {
    return await digestOf("SELECT id || E'\\t' || word AS line FROM words ORDER BY id");
  }

  test("goes on behind what is there and unchanged", async () => {
    fillBoth();
    await interrupt(500_000);
    const { report, error, reads } = await resume();
    expect(error).toBeNull();
    // Two whole parts were there: they are read again one by one, and what is behind them is loaded.
    expect(reads.map(([from]) => from)).toEqual([null, ...reads.slice(0, -1).map(([, upTo]) => upTo)]);
    expect([reads.length, reads.at(-1)?.[1]]).toEqual([3, null]);
    expect(report.tables[1]).toMatchObject({ rows: 600_000, checksum: { equal: true } });
    expect(report.tables[1]?.checksum?.target).toBe(`sha256:${await wholeDigest()}`);
    expect(await rowsInBag()).toBe(3);
  });

  test("loads again from the first part that has changed", async () => {
    fillBoth();
    await interrupt(500_000);
    fill(
      "UPDATE words SET word = 'changed' WHERE id = 17",
      "DELETE FROM words WHERE id = 599999",
      "INSERT INTO bag VALUES ('y', 3)",
    );
    const { report, error, reads } = await resume();
    expect(error).toBeNull();
    expect(reads.slice(1)).toEqual([[null, null]]);
    expect(report.tables[1]?.rows).toBe(599_999);
    expect(await world.database.sql("SELECT word FROM words WHERE id = 17")).toEqual([{ word: "changed" }]);
    expect(await rowsInBag()).toBe(4);
    expect(report.tables[1]?.checksum?.target).toBe(`sha256:${await wholeDigest()}`);
  });
});

describe("values that fit no type", () => {
  test("ask for another type, with which the table is loaded anew", async () => {
    fillWords(300_000);
    fill("UPDATE words SET word = CAST(x'610062' AS TEXT) WHERE id = 299999");
    await using source = await fileSource(path, world.tested.context, { nul: "bytea" });
    await using target = await world.target();
    const tables = [planned(words)];
    const { report, error } = await runCopy(jobOf({ source, target, tables, context: world.tested.context }));
    expect(error).toBeNull();
    expect(report.tables[0]).toMatchObject({ rows: 300_000, checksum: { equal: true } });
    expect(report.tables[0]?.columns[1]).toMatchObject({
      name: "word",
      to: "bytea",
      evidence: expect.stringContaining("declared; "),
    });
    expect(await world.database.sql("SELECT word FROM words WHERE id = 299999")).toEqual([
      { word: Buffer.from("a\0b") },
    ]);
  });

  test("are written to the rejects file, once each", async () => {
    fill(
      "CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT)",
      "INSERT INTO words VALUES (1, 'a'), (2, x'ff'), (3, 'c')",
    );
    await using source = await fileSource(path, world.tested.context);
    await using target = await world.target();
    const rejects = `${world.tested.workDir}/rejects.ndjson`;
    const asked = { ...words, columns: words.columns.map((each) => ({ ...each, misfit: "reject" as const })) };
    const parts = { source, target, tables: [planned(asked)], context: world.tested.context };
    const { report, error } = await runCopy(jobOf(parts, { rejects }));
    expect(error).toBeNull();
    expect(report.tables[0]).toMatchObject({ rows: 2, rejected: 1, checksum: { equal: true } });
    const lines = (await readFile(rejects, "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { table: "words", key: "id 2", column: "word", value: "/w==", reason: expect.any(String), isRowLeftOut: true },
    ]);
  });
});

describe("what the target computes", () => {
  async function copyGenerated(generatedSql: string) {
    fill(
      "CREATE TABLE words (id INTEGER PRIMARY KEY, word TEXT, twice INTEGER AS (id * 2) STORED)",
      "INSERT INTO words (id, word) VALUES (1, 'a'), (2, 'b')",
    );
    const twice = column("twice", "integer", { generatedSql });
    await using source = await fileSource(path, world.tested.context);
    await using target = await world.target();
    const tables = [planned({ ...words, columns: [...words.columns, twice] })];
    const { report, error } = await runCopy(jobOf({ source, target, tables, context: world.tested.context }));
    const kind = "SELECT is_generated FROM information_schema.columns WHERE column_name = 'twice'";
    const [row] = await world.database.sql(kind);
    return {
      report,
      error,
      isGenerated: row?.is_generated,
      rows: await world.database.sql("SELECT twice::int FROM words"),
    };
  }

  test("stays computed where it is equal", async () => {
    const { report, error, isGenerated, rows } = await copyGenerated("id * 2");
    expect([error, report.notCarried, isGenerated]).toEqual([null, [], "ALWAYS"]);
    expect(rows).toEqual([{ twice: 2 }, { twice: 4 }]);
  });

  test("becomes the source's values where it is not, and that is said", async () => {
    const { report, error, isGenerated, rows } = await copyGenerated("id * 3");
    expect([error, isGenerated]).toEqual([null, "NEVER"]);
    expect(report.notCarried).toMatchObject([{ kind: "generated", name: "words.twice", sql: "id * 3" }]);
    expect(rows).toEqual([{ twice: 2 }, { twice: 4 }]);
    expect(report.tables[0]?.checksum?.equal).toBe(true);
  });

  test("views stay when they show the same", async () => {
    fillWords(20);
    fill("CREATE VIEW few AS SELECT id, word FROM words WHERE id < 5", "CREATE VIEW many AS SELECT id FROM words");
    await using source = await fileSource(path, world.tested.context);
    await using target = await world.target();
    const view = (name: string, sql: string): PlannedView => ({
      source: {
        name: { schema: null, name },
        sql: `CREATE VIEW ${name}`,
        select: { isParsed: false, reason: "" },
        isMaterialized: false,
      },
      name: { schema: "public", name },
      sql,
      known: [],
    });
    const views = [
      view("few", "SELECT id, word FROM words WHERE id < 5"),
      view("many", "SELECT id FROM words WHERE id < 19"),
    ];
    const { report, error } = await runCopy(
      jobOf({ source, target, tables: [planned(words)], views, context: world.tested.context }),
    );
    expect(error).toBeNull();
    expect(report.notCarried).toMatchObject([{ kind: "views", name: "many", sql: "CREATE VIEW many" }]);
    expect(await world.database.sql("SELECT viewname FROM pg_views WHERE schemaname = 'public'")).toEqual([
      { viewname: "few" },
    ]);
  });
});

describe("the user's own queries", () => {
  async function ask(checkQueries: string) {
    fillWords(20);
    await using source = await fileSource(path, world.tested.context);
    await using target = await world.target();
    const parts = { source, target, tables: [planned(words)], context: world.tested.context };
    return (await runCopy(jobOf(parts, { checkQueries }))).error;
  }

  test("have one answer at both sides", async () => {
    expect(
      await ask("SELECT count(*), min(word), id > 3 FROM words GROUP BY id > 3; SELECT avg(id) FROM words"),
    ).toBeNull();
  });

  test.each([
    ["SELECT typeof(id) FROM words", "COPY.MISMATCH", "refused there"],
    ["SELECT id::text FROM words", "DB.REFUSED", "id::text"],
  ])("and %s is no such: %s", async (sql, code, why) => {
    expect(await ask(sql)).toMatchObject({ code, why: expect.stringContaining(why) });
  });

  test("or the copy is refused, with the first row that differs", async () => {
    const error = await ask("SELECT 1;\nSELECT 'x' LIKE 'X'");
    expect(error).toMatchObject({ code: "COPY.MISMATCH", why: expect.stringContaining("'x' LIKE 'X'") });
    expect(error?.message).toContain("query 2");
    expect(await world.database.sql("SELECT to_regclass('words') AS name")).toEqual([{ name: null }]);
  });
});

describe("rows for tables that are there", () => {
  async function add(trigger: string | null) {
    fillWords(20);
    await world.database.sql("CREATE TABLE words (id bigint PRIMARY KEY, word text)");
    await world.database.sql("INSERT INTO words VALUES (100, 'theirs'), (101, NULL)");
    if (trigger !== null) await world.database.sql(trigger);
    await using source = await fileSource(path, world.tested.context);
    await using target = await world.target({ mode: "existing" });
    const parts = { source, target, tables: [planned(words)], context: world.tested.context };
    return await runCopy(jobOf(parts, { content: "rows" }));
  }

  test("come to those that are in them, and are proven apart from these", async () => {
    const { report, error } = await add(null);
    expect(error).toBeNull();
    expect(report.tables[0]).toMatchObject({ rows: 20, checksum: { algorithm: "dbops-rows/1 by value", equal: true } });
    expect(await world.database.sql("SELECT count(*)::int AS n FROM words")).toEqual([{ n: 22 }]);
  });

  test("are taken back when a trigger changes them", async () => {
    const { error } = await add(
      "CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.word := upper(NEW.word); RETURN NEW; END $$;" +
        "CREATE TRIGGER up BEFORE INSERT ON words FOR EACH ROW EXECUTE FUNCTION up()",
    );
    expect(error).toMatchObject({ code: "COPY.MISMATCH", hint: expect.stringContaining("--disable-triggers") });
    expect(await world.database.sql("SELECT count(*)::int AS n FROM words")).toEqual([{ n: 2 }]);
  });
});
