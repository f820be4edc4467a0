import { createHash } from "node:crypto";
import { describe, expect, inject, it } from "vitest";
import { freshDatabase, onServer } from "../support/fresh-database.js";
import { columnsOf, keyed, openSource, readOf, rowsOf } from "../support/postgres-copy.js";

const server = inject("postgresUrl");

describe("rows of a PostgreSQL source", () => {
  it("come as COPY spells them under pinned settings, whatever the role's own are", async () => {
    await using database = await freshDatabase(server);
    await database.sql(`
      CREATE TABLE t (id int PRIMARY KEY, d float8, r real, n numeric, b bytea, at timestamptz, on_day date, s text, p interval, j jsonb);
      INSERT INTO t VALUES
        (1, 0.1, 16777217, 1.50, '\\x00ff', '2026-03-01 10:00+02', '2026-03-01', E'a\\tb\\nc\\\\d', '1 day 2 hours', '{"b": 1, "a": 1.10}'),
        (2, 'NaN', '-Infinity', 'NaN', '', 'infinity', '0044-03-15 BC', '', '-1 mon', 'null');
      INSERT INTO t (id) VALUES (3);
      ALTER DATABASE ${database.name} SET TimeZone = 'Asia/Tokyo';
      ALTER DATABASE ${database.name} SET DateStyle = 'German';
      ALTER DATABASE ${database.name} SET IntervalStyle = 'iso_8601';
      ALTER DATABASE ${database.name} SET bytea_output = 'escape';
      ALTER DATABASE ${database.name} SET extra_float_digits = -5`);
    await using opened = await openSource(database.url);
    const request = readOf("t", "id, d, r, n, b, at, on_day, s, p, j", keyed("id"));
    expect((await rowsOf(opened.source, request)).text.split("\n")).toEqual([
      String.raw`1	0.1	1.6777216e+07	1.50	\\x00ff	2026-03-01 08:00:00+00	2026-03-01	a\tb\nc\\d	1 day 02:00:00	{"a": 1.10, "b": 1}`,
      String.raw`2	NaN	-Infinity	NaN	\\x	infinity	0044-03-15 BC		-1 mons	null`,
      String.raw`3	\N	\N	\N	\N	\N	\N	\N	\N	\N`,
      "",
    ]);
  });

  it("come in batches of whole rows, each with the key of its last one", async () => {
    await using database = await freshDatabase(server);
    await database.sql(`
      CREATE TABLE t (a text, b int, filler text, PRIMARY KEY (a, b));
      INSERT INTO t SELECT E'k\\t' || n % 7, n, repeat('x', n % 300) FROM generate_series(1, 20000) n;
      INSERT INTO t VALUES ('z', 0, repeat('y', 3000000)), ('zz', 1, 'last')`);
    await using opened = await openSource(database.url);
    let before = "";
    let rows = 0;
    for await (const event of opened.source.read(readOf("t", "filler, b int, a", keyed("a", "b")))) {
      if (event.kind !== "rows") throw new Error(event.kind);
      const lines = Buffer.from(event.bytes).toString().split("\n");
      expect(lines.pop()).toBe("");
      expect(lines.length).toBe(event.rows);
      const [, b, a] = lines.at(-1)?.split("\t") ?? [];
      expect(event.lastKey).toBe(`${a}\t${b}`);
      expect(event.bytes.length < 400_000 || event.rows < 2_000).toBe(true);
      rows += event.rows;
      before = event.lastKey ?? "";
    }
    expect({ rows, before }).toEqual({ rows: 20002, before: "zz\t1" });
  });

  it("come in parts where they are large", async () => {
    await using database = await freshDatabase(server);
    await database.sql(`
      CREATE TABLE t (b bytea, k text PRIMARY KEY, s text);
      INSERT INTO t VALUES ('\\x01', 'a', 'x'), (convert_to(repeat('y', 6000000), 'UTF8'), 'b', repeat('z', 9000000)), ('\\x02', 'c', 'w')`);
    await using opened = await openSource(database.url);
    const events: { readonly rows: number; readonly lastKey: string | null; readonly bytes: number }[] = [];
    const hash = createHash("sha256");
    for await (const event of opened.source.read(readOf("t", "b bytes, k, s", keyed("k")))) {
      if (event.kind !== "rows") throw new Error(event.kind);
      hash.update(event.bytes);
      events.push({ rows: event.rows, lastKey: event.lastKey, bytes: event.bytes.length });
    }
    const large = `\\\\x${"79".repeat(6_000_000)}\tb\t${"z".repeat(9_000_000)}\n`;
    const whole = `\\\\x01\ta\tx\n${large}\\\\x02\tc\tw\n`;
    expect(hash.digest("hex")).toBe(createHash("sha256").update(whole).digest("hex"));
    expect(events.filter(({ rows }) => rows > 0).map(({ lastKey }) => lastKey)).toEqual(["a", "b", "c"]);
    expect(events.filter(({ rows }) => rows === 0).every(({ lastKey }) => lastKey === null)).toBe(true);
    expect(Math.max(...events.map(({ bytes }) => bytes))).toBeLessThan(600_000);
  });

  it("are ordered by the bytes of texts and NULL first, and bounded by keys as they stand in rows", async () => {
    await using database = await freshDatabase(server);
    await database.sql(`
      CREATE TABLE t (k text, n int, UNIQUE (k, n));
      INSERT INTO t VALUES ('b', 1), ('B', 2), ('ä', 3), (NULL, 4), ('a', NULL), ('a', 5), (E'a\\tb', 6), ('Z', 7), (NULL, NULL);
      CREATE TABLE p (k text PRIMARY KEY);
      INSERT INTO p VALUES ('b'), ('B'), ('ä'), ('a'), (E'\\\\N'), ('')`);
    await using opened = await openSource(database.url);
    const ordered = ["\\N\t\\N", "\\N\t4", "B\t2", "Z\t7", "a\t\\N", "a\t5", "a\\tb\t6", "b\t1", "ä\t3"];
    const all = readOf("t", "k, n int", keyed("k", "n"));
    expect((await rowsOf(opened.source, all)).text).toBe(`${ordered.join("\n")}\n`);
    for (let from = 0; from < ordered.length; from += 1) {
      for (let to = from; to < ordered.length; to += 1) {
        const bounds = { after: ordered[from] ?? "", upTo: ordered[to] ?? "" };
        const found = (await rowsOf(opened.source, { ...all, ...bounds })).text;
        expect(found).toBe(
          ordered
            .slice(from + 1, to + 1)
            .map((line) => `${line}\n`)
            .join(""),
        );
      }
    }
    const plain = readOf("p", "k", keyed("k"));
    expect((await rowsOf(opened.source, plain)).text).toBe("\nB\n\\\\N\na\nb\nä\n");
    expect((await rowsOf(opened.source, { ...plain, after: "B", upTo: "a" })).text).toBe("\\\\N\na\n");
  });

  it("of what others keep as text are ordered by that text", async () => {
    await using database = await freshDatabase(server);
    await database.sql(`
      CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
      CREATE TABLE m (k mood PRIMARY KEY); INSERT INTO m VALUES ('sad'), ('ok'), ('happy');
      CREATE TABLE n (k numeric PRIMARY KEY); INSERT INTO n VALUES (9), (10), (1.5)`);
    await using opened = await openSource(database.url);
    const moods = readOf("m", "k other", keyed("k"));
    expect((await rowsOf(opened.source, moods)).text).toBe("happy\nok\nsad\n");
    expect((await rowsOf(opened.source, { ...moods, after: "happy" })).text).toBe("ok\nsad\n");
    expect((await rowsOf(opened.source, readOf("n", "k numeric", keyed("k")))).text).toBe("1.5\n10\n9\n");
  });

  it("are a plain table's own, a partitioned one's of all parts, and those that a materialized view has stored", async () => {
    await using database = await freshDatabase(server);
    await database.sql(`
      CREATE TABLE base (id int); CREATE TABLE child () INHERITS (base); INSERT INTO base VALUES (1); INSERT INTO child VALUES (2);
      CREATE TABLE parted (id int) PARTITION BY LIST (id);
      CREATE TABLE parted_1 PARTITION OF parted FOR VALUES IN (1); CREATE TABLE parted_2 PARTITION OF parted DEFAULT;
      INSERT INTO parted VALUES (1), (5);
      CREATE MATERIALIZED VIEW stored AS SELECT id * 10 AS id FROM base;
      CREATE TABLE made (id int, twice int GENERATED ALWAYS AS (id * 2) STORED); INSERT INTO made VALUES (4)`);
    await using opened = await openSource(database.url);
    const text = async (name: string, columns = "id int") => (await rowsOf(opened.source, readOf(name, columns))).text;
    expect(await text("base")).toBe("1\n");
    expect(await text("parted")).toBe("1\n5\n");
    expect(await text("stored")).toBe("10\n20\n");
    expect(await text("made", "id int, twice int")).toBe("4\t8\n");
  });

  it("are of the snapshot's moment, in several sessions at a time", async () => {
    await using database = await freshDatabase(server);
    await database.sql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t SELECT generate_series(1, 1000)");
    await using opened = await openSource(database.url, { jobs: 3 });
    await database.sql("UPDATE t SET id = -id; INSERT INTO t VALUES (5000)");
    const reads = await Promise.all(
      [1, 2, 3, 4, 5].map(() => rowsOf(opened.source, readOf("t", "id int", keyed("id")))),
    );
    const hashes = new Set(reads.map(({ text }) => createHash("sha256").update(text).digest("hex")));
    expect({ different: hashes.size, rows: reads[0]?.rows, last: reads[0]?.lastKey }).toEqual({
      different: 1,
      rows: 1000,
      last: "1000",
    });
  });

  it("that are left early end their session and no other read", async () => {
    await using database = await freshDatabase(server);
    await database.sql(
      "CREATE TABLE t (id int, x text); INSERT INTO t SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) n",
    );
    await using opened = await openSource(database.url, { jobs: 1 });
    const request = readOf("t", "id int, x");
    for await (const event of opened.source.read(request)) {
      expect(event.kind).toBe("rows");
      break;
    }
    expect((await rowsOf(opened.source, request)).rows).toBe(20000);
  });

  it("leave no lock on what has been read", async () => {
    await using database = await freshDatabase(server);
    await database.sql("CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
    await using opened = await openSource(database.url);
    await rowsOf(opened.source, readOf("t", "id int"));
    await database.sql("SET lock_timeout = 5000; DROP TABLE t");
    await expect(rowsOf(opened.source, readOf("t", "id int"))).rejects.toMatchObject({
      code: "DB.CHANGED",
      message: "public.t was changed while the database was being read",
    });
  });

  it("are no rows of a column that was dropped meanwhile, and one that was added is not among them", async () => {
    await using database = await freshDatabase(server);
    await database.sql("CREATE TABLE t (id int, x text); INSERT INTO t VALUES (1, 'a')");
    await using opened = await openSource(database.url);
    await database.sql("ALTER TABLE t ADD y int");
    expect((await rowsOf(opened.source, readOf("t", "id int, x text"))).text).toBe("1\ta\n");
    await database.sql("ALTER TABLE t DROP x");
    await expect(rowsOf(opened.source, readOf("t", "id int, x text"))).rejects.toMatchObject({
      code: "DB.CHANGED",
      message: "public.t was changed while the database was being read",
    });
  });

  it("are no rows of a table that was truncated meanwhile", async () => {
    await using database = await freshDatabase(server);
    await database.sql("CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
    await using opened = await openSource(database.url);
    await database.sql("TRUNCATE t");
    await expect(rowsOf(opened.source, readOf("t", "id int"))).rejects.toMatchObject({ code: "DB.CHANGED" });
    await expect(opened.source.totals({ schema: "public", name: "t" }, [])).rejects.toMatchObject({
      code: "DB.CHANGED",
    });
  });

  it("are refused where row security would hide some of them", async () => {
    await using database = await freshDatabase(server);
    const role = `reader_${database.name}`;
    await database.sql(`
      CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
      CREATE POLICY shown ON t USING (id = 1); CREATE ROLE ${role} LOGIN; GRANT SELECT ON t TO ${role}`);
    try {
      const url = new URL(database.url);
      url.username = role;
      await using opened = await openSource(url.href);
      const error = await rowsOf(opened.source, readOf("t", "id int")).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "DB.PERMISSION", hint: expect.stringContaining("BYPASSRLS") });
    } finally {
      await database.sql(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });
});

describe("a read of a PostgreSQL source that fails", () => {
  it("names who has locked the table, and others go on", async () => {
    await using database = await freshDatabase(server);
    await database.sql("CREATE TABLE t (id int); CREATE TABLE u (id int); INSERT INTO u VALUES (1)");
    await using opened = await openSource(database.url, { jobs: 1 }, { lockTimeoutMs: 100 });
    await using holder = await openSource(database.url);
    const lock = await holder.driver.query("SELECT pg_backend_pid() AS pid");
    await holder.driver.query("BEGIN");
    await holder.driver.query("LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    const error = await rowsOf(opened.source, readOf("t", "id int")).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "LOCK.DATABASE",
      message: "cannot read public.t",
      why: expect.stringContaining(`public.t is locked by process ${lock[0]?.pid}`),
    });
    expect((await rowsOf(opened.source, readOf("u", "id int"))).text).toBe("1\n");
  });

  it("says that the connection was cut", async () => {
    await using database = await freshDatabase(server);
    await database.sql(
      "CREATE TABLE t (id int, x text); INSERT INTO t SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) n",
    );
    await using opened = await openSource(database.url);
    const reading = async () => {
      for await (const _event of opened.source.read(readOf("t", "id int, x"))) {
        await database.sql(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query ~ '^COPY' AND datname = current_database()",
        );
      }
    };
    await expect(reading()).rejects.toMatchObject({ code: "CONNECT.LOST" });
  });

  it("ends with the run", async () => {
    await using database = await freshDatabase(server);
    await database.sql(
      "CREATE TABLE t (id int, x text); INSERT INTO t SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) n",
    );
    await using opened = await openSource(database.url);
    const stop = new Error("stopped");
    const reading = async () => {
      for await (const _event of opened.source.read(readOf("t", "id int, x"))) opened.world.abort.abort(stop);
    };
    await expect(reading()).rejects.toBe(stop);
  });

  it("says that bytes are no text where the database takes any", async () => {
    const name = `ascii_${server.length}_${process.pid}`;
    await onServer(
      server,
      `CREATE DATABASE ${name} ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0`,
    );
    try {
      const url = new URL(server);
      url.pathname = `/${name}`;
      await onServer(
        url.href,
        String.raw`CREATE TABLE t (s text); SET client_encoding = SQL_ASCII; INSERT INTO t VALUES (E'\xff')`,
      );
      await using opened = await openSource(url.href);
      const error = await rowsOf(opened.source, readOf("t", "s")).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "COPY.UNFIT", message: "cannot read public.t" });
    } finally {
      await onServer(server, `DROP DATABASE ${name} WITH (FORCE)`);
    }
  });
});

describe("sums and queries of a PostgreSQL source", () => {
  it("are the server's own", async () => {
    await using database = await freshDatabase(server);
    await database.sql(`
      CREATE TABLE t (id bigint, s text, c char(4), b bytea, d float8);
      INSERT INTO t VALUES (9223372036854775807, 'ä', 'a', '\\x00', 1), (9223372036854775807, '', NULL, NULL, NULL), (NULL, NULL, 'ab', '\\x0102', 2)`);
    await using opened = await openSource(database.url);
    const columns = columnsOf("id int, s text, c text, b bytes, d double");
    const none = { sum: null, least: null, greatest: null, bytes: null };
    expect(await opened.source.totals({ schema: "public", name: "t" }, columns)).toEqual({
      rows: 3n,
      columns: [
        {
          name: "id",
          filled: 2n,
          sum: "18446744073709551614",
          least: "9223372036854775807",
          greatest: "9223372036854775807",
          bytes: null,
        },
        { name: "s", filled: 2n, ...none, bytes: "2" },
        { name: "c", filled: 2n, ...none, bytes: "8" },
        { name: "b", filled: 2n, ...none, bytes: "3" },
        { name: "d", filled: 2n, ...none },
      ],
    });
  });

  it("find what the user's search_path finds, and NULL apart from its spelling", async () => {
    await using database = await freshDatabase(server);
    await database.sql(`
      CREATE SCHEMA app; CREATE TABLE app.t (id int, s text); INSERT INTO app.t VALUES (2, NULL), (1, E'\\\\N\\t');
      ALTER DATABASE ${database.name} SET search_path = app`);
    await using opened = await openSource(database.url);
    await database.sql("DELETE FROM app.t");
    const cells = await opened.source.query("SELECT id, s, true FROM t ORDER BY id DESC;");
    expect(cells).toEqual([
      ["2", null, "t"],
      ["1", "\\N\t", "t"],
    ]);
    await expect(opened.source.query("DELETE FROM t RETURNING id")).rejects.toMatchObject({ code: "DB.REFUSED" });
    await expect(opened.source.query("SELECT nothing FROM t")).rejects.toMatchObject({ code: "DB.REFUSED" });
    expect(await opened.source.query("SELECT count(*) FROM t")).toEqual([["2"]]);
  });
});
