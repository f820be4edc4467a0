import { expect, test } from "vitest";
import type { TargetTable } from "#dbops/drivers/copy-target-model.js";
import {
  column,
  design,
  loadWhole,
  readAll,
  type TargetWorld,
  table,
  targetWorld,
} from "../support/copy-target-world.js";

const SCHEMA = `
  CREATE TABLE parent (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, x text, twice bigint GENERATED ALWAYS AS (id * 2) STORED);
  CREATE TABLE child (id serial PRIMARY KEY, parent bigint REFERENCES parent DEFERRABLE);
  CREATE TABLE log (what text);
  CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (NEW.x); RETURN NEW; END $$;
  CREATE TRIGGER noted BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION note();
  CREATE TRIGGER always BEFORE INSERT ON parent FOR EACH ROW EXECUTE FUNCTION note();
  ALTER TABLE parent ENABLE ALWAYS TRIGGER always;
  INSERT INTO parent OVERRIDING SYSTEM VALUE VALUES (1, 'there'); DELETE FROM log`;

const parent = table("parent", [
  column("id", "integer"),
  column("x", "text"),
  column("twice", "integer", { generatedSql: "id * 2" }),
]);
const child = table("child", [column("id", "integer"), column("parent", "integer")]);
const whole = design([child, parent]);

async function filled(): Promise<TargetWorld> {
  const world = await targetWorld();
  await world.database.sql(SCHEMA);
  return world;
}

test("rows go into tables that are there in one transaction, triggers and all", async () => {
  await using world = await filled();
  await using target = await world.target({ mode: "existing" });
  await target.create(whole);
  expect(await readAll(target, parent)).toBe("1\tthere\t2\n");
  await loadWhole(target, child, "8\t5");
  await loadWhole(target, parent, "5\tnew");
  expect(await target.finish(whole)).toEqual([]);
  expect(await readAll(target, parent)).toBe("1\tthere\t2\n5\tnew\t10\n");
  expect(await target.totals(child.name, child.columns)).toMatchObject({ rows: 1n });
  expect(await target.query("SELECT parent FROM child")).toEqual([["5"]]);
  expect(await world.database.sql("SELECT count(*)::int AS n FROM parent")).toEqual([{ n: 1 }]);
  expect(await target.publish(whole)).toEqual({ previous: null });
  expect(await world.database.sql("SELECT count(*)::int AS n FROM parent")).toEqual([{ n: 2 }]);
  expect(await world.database.sql("SELECT what FROM log")).toEqual([{ what: "new" }, { what: "new" }]);
  expect(await world.database.sql("INSERT INTO child DEFAULT VALUES RETURNING id")).toEqual([{ id: 9 }]);
  expect(await world.database.sql("INSERT INTO parent (x) VALUES ('n') RETURNING id::int")).toEqual([{ id: 6 }]);
});

test("triggers that are switched off are as they were afterwards, and references are checked all the same", async () => {
  await using world = await filled();
  const states = () =>
    world.database.sql("SELECT tgname AS name, tgenabled AS state FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1");
  const before = await states();
  {
    await using target = await world.target({ mode: "existing", disableTriggers: true });
    await target.create(whole);
    await loadWhole(target, child, "8\t5");
    await loadWhole(target, parent, "5\tnew");
    await target.finish(whole);
    await target.publish(whole);
  }
  expect(await world.database.sql("SELECT FROM log")).toEqual([]);
  expect(await states()).toEqual(before);
  await using target = await world.target({ mode: "existing", disableTriggers: true });
  await target.create(whole);
  await loadWhole(target, child, "9\t77");
  await expect(target.finish(whole)).rejects.toMatchObject({
    code: "COPY.REFUSED",
    why: expect.stringContaining("Key (parent)=(77) is not present"),
  });
});

test("nothing is visible of a load that ends early, and a row that has its place taken is named", async () => {
  await using world = await filled();
  {
    await using target = await world.target({ mode: "existing" });
    await target.create(whole);
    await loadWhole(target, child, "8\t1");
    await expect(loadWhole(target, parent, "3\ta", "1\tb")).rejects.toMatchObject({
      code: "COPY.REFUSED",
      message: "public.parent does not take the row with id = 1",
      why: expect.stringContaining("already exists"),
    });
    expect(await target.keep()).toBe(false);
  }
  expect(
    await world.database.sql("SELECT (SELECT count(*) FROM child)::int AS c, (SELECT count(*) FROM parent)::int AS p"),
  ).toEqual([{ c: 0, p: 1 }]);
});

test("a table or column that is not there is said before anything is loaded", async () => {
  await using world = await filled();
  const wide: TargetTable = { ...child, columns: [...child.columns, column("more", "text"), column("most", "text")] };
  await using target = await world.target({ mode: "existing" });
  await expect(target.create(design([wide]))).rejects.toMatchObject({ code: "COPY.UNFIT", why: "more, most" });
  await using again = await world.target({ mode: "existing" });
  await expect(again.create(design([table("nowhere", [column("id", "integer")])]))).rejects.toMatchObject({
    code: "DB.CHANGED",
    message: "public.nowhere was changed while the database was being read",
  });
});
