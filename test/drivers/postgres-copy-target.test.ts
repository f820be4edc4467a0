import pg from "pg";
import { expect, test } from "vitest";
import type { CopyType } from "#dbops/drivers/copy-type-model.js";
import {
  checkpoint,
  column,
  design,
  loadWhole,
  readAll,
  rows,
  table,
  targetWorld,
} from "../support/copy-target-world.js";

const HIDDEN = "dbops_copy_20261128T010203Z-abc123";

const people = table("people", [
  column("id", "integer", { identity: { next: 10n, isMonotonic: true, isAlways: false } }),
  column("name", "text", { isNullable: false }),
]);
const orders = table("orders", [column("id", "integer"), column("person", "integer")], {
  foreignKeys: [
    {
      name: null,
      columns: ["person"],
      references: { table: people.name, columns: ["id"] },
      onDelete: "cascade",
      onUpdate: "no action",
      isDeferrable: true,
      isInitiallyDeferred: true,
      isValidated: true,
    },
  ],
});

test("a copy is unseen until it is published, and whole then", async () => {
  await using world = await targetWorld();
  const whole = design([orders, people]);
  await using target = await world.target();
  await target.create(whole);
  await loadWhole(target, people, "1\tAnn", "7\tB\\tb");
  await loadWhole(target, orders, "1\t7");
  expect(await target.finish(whole)).toEqual([]);
  expect(await world.database.sql("SELECT FROM pg_tables WHERE schemaname = 'public'")).toEqual([]);
  expect(await readAll(target, people)).toBe("1\tAnn\n7\tB\\tb\n");
  expect(await target.publish(whole)).toEqual({ previous: null });
  expect(await world.database.sql("SELECT id::int, name FROM people ORDER BY id")).toEqual([
    { id: 1, name: "Ann" },
    { id: 7, name: "B\tb" },
  ]);
  await world.database.sql("INSERT INTO people (name) VALUES ('new')");
  expect(await world.database.sql("SELECT max(id)::int AS id FROM people")).toEqual([{ id: 10 }]);
  expect(
    await world.database.sql(
      "SELECT pg_get_constraintdef(oid) AS sql, convalidated AS ok FROM pg_constraint WHERE conrelid = 'orders'::regclass AND contype = 'f'",
    ),
  ).toEqual([
    { sql: "FOREIGN KEY (person) REFERENCES people(id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED", ok: true },
  ]);
  expect(await world.database.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dbops%'")).toEqual([]);
  expect(
    await world.database.sql("SELECT relname, reloptions FROM pg_class WHERE reloptions IS NOT NULL AND oid >= 16384"),
  ).toEqual([]);
});

test("what is neither published nor kept leaves nothing behind", async () => {
  await using world = await targetWorld();
  {
    await using target = await world.target();
    await target.create(design([people]));
    expect(await world.database.sql(`SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'dbops%'`)).toEqual([
      { name: HIDDEN },
    ]);
    const load = await target.load(people, 0);
    await load.add(rows("1\tAnn"));
  }
  expect(await world.database.sql("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'dbops%'")).toEqual([]);
});

test("a row that is refused is named with its key and column", async () => {
  await using world = await targetWorld();
  await using target = await world.target();
  await target.create(design([people]));
  await using load = await target.load(people, 0);
  const work = load.add(rows("1\tAnn", "seven\tBob")).then(() => load.commit(checkpoint(people, 0)));
  await expect(work).rejects.toMatchObject({
    code: "COPY.REFUSED",
    message: "public.people does not take the row with id = seven",
    why: expect.stringMatching(/^column id: invalid input syntax for type bigint/),
  });
});

test("a large row comes in parts, and is named by its beginning", async () => {
  await using world = await targetWorld();
  const large = table("large", [column("id", "integer"), column("x", "text"), column("n", "integer")]);
  await using target = await world.target();
  await target.create(design([large]));
  const piece = "ä".repeat(500_000);
  const part = (text: string, count: number) => ({ ...rows(), bytes: Buffer.from(text), rows: count });
  {
    await using load = await target.load(large, 0);
    await load.add(rows("1\ta\t1"));
    await load.add(part(`2\t${piece}`, 0));
    await load.add(part(piece, 0));
    await load.add(part(`${piece}\t7\n`, 1));
    await load.commit(checkpoint(large, 0, { lastKey: "2", rows: 2, isLast: false }));
    await load.add(part(`3\t${piece}`, 0));
    await load.add(part(`${piece}\tseven\n`, 1));
    await expect(load.commit(checkpoint(large, 1))).rejects.toMatchObject({
      code: "COPY.REFUSED",
      message: "public.large does not take the row with id = 3",
      why: expect.stringContaining("column n"),
    });
  }
  expect(await target.query("SELECT id, length(x), n FROM large ORDER BY id")).toEqual([
    ["1", "1", "1"],
    ["2", "1500000", "7"],
  ]);
});

test("keys are begun as soon as a table's rows are in", async () => {
  await using world = await targetWorld();
  await using target = await world.target();
  await target.create(design([orders, people]));
  await loadWhole(target, people, "1\tAnn");
  const keys = () =>
    world.database.sql(
      "SELECT conrelid::regclass::text AS t FROM pg_constraint WHERE contype = 'p' AND connamespace = $1::regnamespace",
      [`"${HIDDEN}"`],
    );
  while ((await keys()).length === 0);
  expect(await keys()).toEqual([{ t: `"${HIDDEN}".people` }]);
});

test("a table's indexes are built side by side, in little memory, and it is read meanwhile", async () => {
  await using world = await targetWorld();
  await world.database.sql(
    `CREATE FUNCTION public.held(text) RETURNS text IMMUTABLE LANGUAGE plpgsql
       AS $$ BEGIN
         PERFORM pg_catalog.pg_advisory_xact_lock(7);
         ASSERT pg_catalog.current_setting('maintenance_work_mem') = '16MB';
         RETURN $1;
       END $$`,
  );
  const parts = [
    { term: { kind: "expression", sql: "public.held(name)" }, isDescending: false, ignoresCase: false },
  ] as const;
  const held = table("held", people.columns, {
    indexes: ["held_1", "held_2"].map((name) => ({ name, isUnique: false, parts, where: null })),
  });
  const holder = new pg.Client({ connectionString: world.database.url });
  await holder.connect();
  try {
    await holder.query("SELECT pg_advisory_lock(7)");
    await using target = await world.target();
    await target.create(design([held]));
    await loadWhole(target, held, "1\tAnn", "2\tBob");
    const finishing = target.finish(design([held]));
    const waiting = "SELECT count(*)::int AS count FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    while ((await holder.query(waiting)).rows[0].count < 2);
    expect(await readAll(target, held)).toBe("1\tAnn\n2\tBob\n");
    expect(await target.totals(held.name, held.columns)).toMatchObject({ rows: 2n });
    await holder.query("SELECT pg_advisory_unlock(7)");
    expect(await finishing).toEqual([]);
    expect(await world.database.sql("SELECT FROM pg_indexes WHERE indexname LIKE 'held\\__'")).toHaveLength(2);
  } finally {
    await holder.end();
  }
});

test("every type's canonical text comes back as it went in", async () => {
  await using world = await targetWorld();
  const cases: readonly (readonly [CopyType, ...string[]])[] = [
    [{ kind: "integer", bits: 64 }, "-9223372036854775808", "9223372036854775807", "0"],
    [{ kind: "integer", bits: 16 }, "-32768", "32767", "0"],
    [{ kind: "double" }, "-0", "1.7976931348623157e+308", "0.1"],
    [{ kind: "double" }, "NaN", "-Infinity", "5e-324"],
    [{ kind: "single" }, "3.1415927", "1e-45", "1.6777216e+07"],
    [{ kind: "numeric", precision: null, scale: null }, "1234567890123456789.1234567890", "NaN", "-0.10"],
    [{ kind: "numeric", precision: 5, scale: 2 }, "123.40", "-999.99", "0.00"],
    [{ kind: "text" }, "", "a\\tb\\nc\\\\d", "ä😀\\b\\f\\v\\r"],
    [{ kind: "bytes" }, "\\\\x", "\\\\x00ff", "\\\\xdeadbeef"],
    [{ kind: "boolean" }, "t", "f", "\\N"],
    [{ kind: "date" }, "infinity", "0044-03-15 BC", "2024-02-29"],
    [{ kind: "timestamp" }, "2024-01-01 00:00:00.000001", "-infinity", "12345-01-01 10:00:00"],
    [{ kind: "timestamptz" }, "2024-01-01 00:00:00+00", "1900-01-01 00:00:00.5+00", "infinity"],
    [{ kind: "json" }, '{"b": 1,  "a": 1, "a": 2}', "null", "[]"],
    [{ kind: "jsonb" }, '{"a": 2, "b": 1.0}', "null", '"\\\\n"'],
    [{ kind: "foreign", name: "inet[]" }, "{10.0.0.1,NULL}", "{}", "\\N"],
  ];
  await using target = await world.target();
  const described = (type: CopyType, index: number) => {
    const plain = column(`c${index}`, "text");
    const { native } = target.typeFor(type, {
      ...plain,
      declared: "",
      evidence: "",
      flag: null,
      warning: null,
      default: null,
      generated: null,
      ignoresCase: false,
    });
    return { ...plain, type, native };
  };
  const all = table("everything", [column("id", "integer"), ...cases.map(([type], index) => described(type, index))]);
  await target.create(design([all]));
  const lines = [1, 2, 3].map((at) => [String(at), ...cases.map((each) => String(each[at]))].join("\t"));
  await loadWhole(target, all, ...lines);
  expect(await readAll(target, all)).toBe(`${lines.join("\n")}\n`);
});
