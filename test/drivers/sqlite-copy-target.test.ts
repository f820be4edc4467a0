import { execFileSync } from "node:child_process";
import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import {
  checkpoint,
  column,
  copyFileWorld,
  design,
  integer,
  loadAll,
  rows,
  table,
  text,
} from "../support/copy-file-world.js";
import { collect } from "../support/copy-rows-world.js";
import { ask, sqlite } from "../support/sqlite-files.js";

const COUNTING = { next: 8n, isMonotonic: true, isAlways: false };
const CUSTOMERS = table("customers", [integer("id", { isNullable: false, identity: COUNTING }), text("name")], {
  uniques: [{ name: "one_name", columns: ["name"], isDeferrable: false }],
});
const ORDERS = table(
  "orders",
  [integer("id", { isNullable: false }), integer("customer"), text("note", { defaultSql: "'-'" })],
  {
    checks: [{ name: null, sql: `"id" > 0` }],
    indexes: [
      {
        name: "by_note",
        isUnique: false,
        parts: [{ term: { kind: "column", name: "note" }, isDescending: true, ignoresCase: true }],
        where: `"note" IS NOT NULL`,
      },
    ],
    foreignKeys: [
      {
        name: null,
        columns: ["customer"],
        references: { table: { schema: null, name: "customers" }, columns: ["id"] },
        onDelete: "cascade",
        onUpdate: "no action",
        isDeferrable: true,
        isInitiallyDeferred: true,
        isValidated: true,
      },
    ],
  },
);

describe("a new file", () => {
  test("is unseen until it is published, with all its rules", async () => {
    await using world = await copyFileWorld();
    await using target = await world.target();
    const both = design([ORDERS, CUSTOMERS]);
    await target.create(both);
    await loadAll(target, ORDERS, "1\t5\t\\N", "2\t5\ta\\tb");
    await loadAll(target, CUSTOMERS, "5\tAda");
    expect(await target.finish(both)).toEqual([]);
    expect(await world.names()).not.toContain("app.sqlite");
    expect(await target.publish(both)).toEqual({ previous: null });
    expect(await world.names()).toEqual(["app.sqlite"]);
    expect(schemaOf(world.path)).toEqual([
      `CREATE TABLE "orders" (\n  "id" INTEGER PRIMARY KEY,\n  "customer" INTEGER,\n  "note" TEXT DEFAULT ('-'),\n  CHECK ("id" > 0),\n  FOREIGN KEY ("customer") REFERENCES "customers" ("id") ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED\n) STRICT`,
      `CREATE TABLE "customers" (\n  "id" INTEGER PRIMARY KEY AUTOINCREMENT,\n  "name" TEXT,\n  CONSTRAINT "one_name" UNIQUE ("name")\n) STRICT`,
      `CREATE INDEX "by_note" ON "orders" ("note" COLLATE NOCASE DESC) WHERE "note" IS NOT NULL`,
    ]);
    expect(ask(world.path, "SELECT seq FROM sqlite_sequence")).toBe(7);
    expect(ask(world.path, "SELECT group_concat(id || quote(note)) FROM orders")).toBe("1NULL,2'a\tb'");
    expect(ask(world.path, "PRAGMA journal_mode")).toBe("delete");
  });

  test("is read while its indexes are still to be made", async () => {
    await using world = await copyFileWorld({ lockTimeoutMs: 60_000 });
    await using target = await world.target();
    const both = design([ORDERS, CUSTOMERS]);
    await target.create(both);
    await loadAll(target, CUSTOMERS, "5\tAda");
    await loadAll(target, ORDERS, "1\t5\t\\N");
    const holder = new Database(target.place);
    holder.exec("BEGIN IMMEDIATE");
    const finishing = target.finish(both);
    expect((await target.totals(ORDERS.name, ORDERS.columns)).rows).toBe(1n);
    const read = { table: CUSTOMERS.name, columns: CUSTOMERS.columns, key: target.rowKey(CUSTOMERS) };
    expect((await collect(target.read({ ...read, after: null, upTo: null }))).text).toBe("5\tAda\n");
    expect(ask(target.place, "SELECT count(*) FROM sqlite_schema WHERE name = 'by_note'")).toBe(0);
    holder.exec("ROLLBACK");
    holder.close();
    expect(await finishing).toEqual([]);
    expect(ask(target.place, "SELECT count(*) FROM sqlite_schema WHERE name = 'by_note'")).toBe(1);
  });

  test("goes when it is disposed of, and when its child is killed", async () => {
    await using world = await copyFileWorld();
    {
      await using target = await world.target();
      await target.create(design([CUSTOMERS]));
      await using load = await target.load(CUSTOMERS, 0);
      await load.add(rows("1\tAda"));
      for (const { pid } of world.tested.children.live) process.kill(pid, "SIGKILL");
      await expect(load.commit(checkpoint(CUSTOMERS))).rejects.toMatchObject({ code: "TOOL.FAILED" });
      await load[Symbol.asyncDispose]();
    }
    expect(await world.names()).toEqual([]);
  });

  test("leaves nothing when the disk is full", async () => {
    await using world = await copyFileWorld();
    {
      await using target = await world.target();
      await target.create(design([CUSTOMERS]));
      for (const { pid } of world.tested.children.live)
        execFileSync("prlimit", ["--pid", String(pid), "--fsize=200000"]);
      await using load = await target.load(CUSTOMERS, 0);
      const lines = Array.from({ length: 4000 }, (_, index) => `${index}\t${String(index).padStart(100, "x")}`);
      const full = expect.objectContaining({ code: "RESOURCE.DISK_FULL" });
      await expect(load.add(rows(...lines)).then(() => load.commit(checkpoint(CUSTOMERS)))).rejects.toEqual(full);
    }
    expect(await world.names()).toEqual([]);
  });

  test("takes no name that something has taken meanwhile", async () => {
    await using world = await copyFileWorld();
    await using target = await world.target();
    await target.create(design([CUSTOMERS]));
    sqlite(world.path, "CREATE TABLE others (x)");
    await expect(target.publish(design([CUSTOMERS]))).rejects.toMatchObject({ code: "COPY.TARGET_OCCUPIED" });
    expect(ask(world.path, "SELECT count(*) FROM others")).toBe(0);
  });

  test("is made without the rules that SQLite does not take, which are told", async () => {
    await using world = await copyFileWorld();
    await using target = await world.target();
    const odd = table("odd", [integer("id"), integer("twice", { generatedSql: "nowhere(id)" })], {
      checks: [{ name: "positive", sql: "nowhere(id) > 0" }],
    });
    await target.create(design([odd, CUSTOMERS]));
    expect(await target.finish(design([odd, CUSTOMERS]))).toEqual([
      { kind: "checks", name: "odd.positive", reason: expect.stringContaining("nowhere"), sql: "nowhere(id) > 0" },
    ]);
    await target.remake({ ...odd, checks: [] });
    await loadAll(target, { ...odd, columns: [integer("id"), integer("twice")] }, "1\t2");
    await target.publish(design([odd, CUSTOMERS]));
    expect(ask(world.path, "SELECT twice FROM odd")).toBe(2);
  });

  test("keeps what was and returns what an earlier life left", async () => {
    await using world = await copyFileWorld();
    await using target = await world.target();
    const home = design([CUSTOMERS], {
      returning: [
        {
          kind: "trigger",
          schema: null,
          name: "t",
          sql: "CREATE TRIGGER t AFTER INSERT ON customers BEGIN SELECT 1; END",
        },
        { kind: "index", schema: null, name: "bad", sql: "CREATE INDEX bad ON nowhere (x)" },
      ],
      origin: [
        {
          version: 1,
          engine: "e",
          kind: "column",
          table: { schema: "s", name: "c" },
          name: "n",
          definition: "d",
          stored: "{}",
          becameType: "TEXT",
        },
      ],
    });
    await target.create(home);
    expect(await target.finish(home)).toEqual([
      {
        kind: "indexes",
        name: "bad",
        reason: expect.stringContaining("nowhere"),
        sql: "CREATE INDEX bad ON nowhere (x)",
      },
    ]);
    expect(await target.addView({ schema: null, name: "v" }, "SELECT id, name FROM customers")).toMatchObject({
      columns: [{ name: "id" }, { name: "name" }],
    });
    expect(await target.addView({ schema: null, name: "w" }, "SELECT x FROM customers")).toMatchObject({
      reason: expect.stringContaining("no such column"),
    });
    await target.publish(home);
    expect(ask(world.path, "SELECT group_concat(name) FROM sqlite_schema WHERE type IN ('trigger', 'view')")).toBe(
      "t,v",
    );
    expect(
      ask(world.path, "SELECT table_schema || table_name || name || stored || became_type FROM dbops_origin"),
    ).toBe("scn{}TEXT");
  });
});

describe("rows", () => {
  const double = column("d", { kind: "double" }, "ANY");

  test("are kept as what they are, also in parts", async () => {
    await using world = await copyFileWorld();
    await using target = await world.target();
    const kinds = table("kinds", [
      integer("id"),
      double,
      column("n", { kind: "numeric", precision: null, scale: null }, "TEXT", { stored: { as: "text" } }),
      column("b", { kind: "bytes" }, "BLOB"),
      column("t", { kind: "boolean" }, "INTEGER"),
    ]);
    await target.create(design([kinds]));
    const size = 9 * 1024 * 1024;
    await using load = await target.load(kinds, 0);
    await load.add(rows("1\tNaN\t1.50\t\\\\x00ff\tt", "2\t5\tNaN\t\\\\x\tf"));
    const parts = ["3\t-0\t\\N\t\\\\x", "41".repeat(size), "\t\\N\n"];
    for (const [at, part] of parts.entries()) {
      await load.add({
        kind: "rows",
        bytes: Buffer.from(part),
        rows: at === 2 ? 1 : 0,
        lastKey: at === 2 ? "3" : null,
      });
    }
    await load.commit(checkpoint(kinds, { rows: 3, lastKey: "3" }));
    const back: Buffer[] = [];
    for await (const event of target.read({
      table: kinds.name,
      columns: kinds.columns,
      key: target.rowKey(kinds),
      after: null,
      upTo: null,
    })) {
      if (event.kind === "rows") back.push(Buffer.from(event.bytes));
    }
    const sent = ["1\tNaN\t1.50\t\\\\x00ff\tt\n2\t5\tNaN\t\\\\x\tf\n", ...parts].join("");
    expect(Buffer.concat(back).equals(Buffer.from(sent))).toBe(true);
    await load[Symbol.asyncDispose]();
    await target.publish(design([kinds]));
    expect(
      ask(world.path, "SELECT group_concat(typeof(d) || typeof(n) || typeof(b) || t) FROM kinds WHERE id < 3"),
    ).toBe("texttextblob1,realtextblob0");
    expect(
      ask(world.path, "SELECT b = CAST(printf('%.*c', octet_length(b), 'A') AS BLOB) FROM kinds WHERE id = 3"),
    ).toBe(1);
  });

  test("keep integers as such, however long, in columns of any kind", async () => {
    await using world = await copyFileWorld();
    await using target = await world.target({ isStrict: false });
    const bits = { kind: "integer", bits: 64 } as const;
    const natives = ["BIGINT", "", "NUMERIC", "BLOB"];
    const numbers = table("numbers", [integer("id"), ...natives.map((native, at) => column(`c${at}`, bits, native))]);
    await target.create(design([numbers]));
    const values = ["0", "-1", "999999999999999", "-9007199254740993", "9223372036854775807", "-9223372036854775808"];
    const lines = Array.from({ length: 100 }, (_, id) => [`${id}`, ...natives.map(() => values[id % 6])].join("\t"));
    await loadAll(target, numbers, ...lines);
    await target.publish(design([numbers]));
    const fields = ["id", ...natives.map((_, at) => `c${at}`)];
    const spelled = `group_concat(${fields.join(" || char(9) || ")}, char(10))`;
    expect(ask(world.path, `SELECT ${spelled} FROM numbers`)).toBe(lines.join("\n"));
    const areIntegers = fields.map((field) => `typeof(${field}) = 'integer'`).join(" AND ");
    expect(ask(world.path, `SELECT count(*) FROM numbers WHERE ${areIntegers}`)).toBe(100);
  });

  test("that are refused among many are told by their keys", async () => {
    await using world = await copyFileWorld();
    await using target = await world.target();
    const named = table("named", [integer("id"), text("name", { isNullable: false })]);
    await target.create(design([named]));
    await using load = await target.load(named, 0);
    await load.add(rows(...Array.from({ length: 100 }, (_, id) => `${id}\t${id === 41 ? "\\N" : "x"}`)));
    const refused = { code: "COPY.REFUSED", message: expect.stringMatching(/ id 41$/) };
    await expect(load.commit(checkpoint(named))).rejects.toMatchObject(refused);
  });

  test.each([
    ["a number that a real cannot keep", "1\t0.12345678901234567890", "COPY.UNFIT", "0.1234567890"],
    ["a key that is there already", "1\t0.5\n1\t0.25", "COPY.REFUSED", "UNIQUE"],
    ["a type that the column does not take", "1\tNaN", "COPY.UNFIT", "NaN"],
  ])("tell of %s", async (_, lines, code, why) => {
    await using world = await copyFileWorld();
    await using target = await world.target();
    const real = column("n", { kind: "numeric", precision: null, scale: null }, "REAL", { stored: { as: "real" } });
    const numbers = table("numbers", [integer("id"), real]);
    await target.create(design([numbers]));
    await using load = await target.load(numbers, 0);
    await load.add(rows(...lines.split("\n")));
    await expect(load.commit(checkpoint(numbers))).rejects.toMatchObject({ code, why: expect.stringContaining(why) });
  });
});

/** The statements of a file, as they were made. */
function schemaOf(path: string): readonly unknown[] {
  const db = new Database(path);
  try {
    return db.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%'").pluck().all();
  } finally {
    db.close();
  }
}
