import { execFileSync } from "node:child_process";
import { expect, inject, test } from "vitest";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import { testContext } from "../support/driver-context.js";
import { freshDatabase } from "../support/fresh-database.js";
import { encoded, openView, query, SQL, table } from "../support/postgres-view.js";

const server = (): string => inject("postgresUrl");

const WORLD = `
  CREATE SCHEMA shop; CREATE TYPE shop.mood AS ENUM ('sad', 'ok'); CREATE DOMAIN shop.big AS int8 CHECK (value > 0);
  CREATE SEQUENCE shop.free START 5; SELECT nextval('shop.free');
  CREATE FUNCTION shop.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
  CREATE TABLE public.parent (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, m shop.mood, twice int GENERATED ALWAYS AS (id * 2) STORED, "select" text);
  CREATE TABLE public."a""; drop table x;--" (id serial PRIMARY KEY, parent int REFERENCES public.parent, f float8, b bytea, n numeric, v shop.big, x int DEFAULT nextval('shop.free'));
  CREATE TABLE public.other (id int PRIMARY KEY REFERENCES public.parent);
  CREATE TABLE public.parts (id int, at date, s text) PARTITION BY RANGE (at);
  CREATE TABLE public.parts_1 PARTITION OF public.parts FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
  CREATE TABLE public.parts_2 (at date, s text, id int);
  ALTER TABLE public.parts ATTACH PARTITION public.parts_2 DEFAULT;
  CREATE INDEX ON public.parts (id); CREATE INDEX by_mood ON public.parent (m) WHERE m = 'ok';
  CREATE TRIGGER touch BEFORE UPDATE ON public.parent FOR EACH ROW EXECUTE FUNCTION shop.touch();
  CREATE VIEW public.seen AS SELECT id FROM public.parent;
  CREATE MATERIALIZED VIEW public.kept AS SELECT id FROM public.seen; CREATE UNIQUE INDEX ON public.kept (id);
  INSERT INTO public.parent (m, "select") VALUES ('ok', E'tab\\t \\\\. \\\\N \\n'), (NULL, ''), ('sad', NULL), ('ok', '\\.'), ('ok', '\\N');
  INSERT INTO public."a""; drop table x;--" (parent, f, b, n, v) VALUES (1, 'NaN', '\\x00ff', 1e40, 9223372036854775807), (NULL, '-0', '', 'NaN', NULL);
  INSERT INTO public.other VALUES (2);
  INSERT INTO public.parts SELECT i, date '2020-06-01' + i, 'p' || i FROM generate_series(1, 500) i;
  REFRESH MATERIALIZED VIEW public.kept`;
const TABLES = ["parent", 'a"; drop table x;--', "other", "parts"];

function load(url: string, script: string): void {
  execFileSync("psql", ["-Xq", "-v", "ON_ERROR_STOP=1", "-d", url, "-f", "-"], {
    input: script,
    stdio: ["pipe", "ignore", "pipe"],
  });
}

async function fingerprintOf(location: string) {
  await using world = await testContext();
  await using driver = await postgresEngine.open({ engine: "postgres", name: "x", location }, world.context);
  return await driver.fingerprint("hash");
}

test("SQL: definitions and rows make the same database again", async () => {
  await using from = await freshDatabase(server());
  await using to = await freshDatabase(server());
  await from.sql(WORLD);
  const pieces: string[] = [];
  {
    await using opened = await openView(from.url);
    const { before, after } = await opened.view.definition(null, "stored");
    pieces.push(before);
    for (const name of TABLES) pieces.push((await encoded(opened.view, table(name), SQL)).content);
    pieces.push(after);
  }
  load(to.url, pieces.join("\n"));
  expect(await fingerprintOf(to.url)).toEqual(await fingerprintOf(from.url));
  expect(await to.sql("SELECT count(*)::int AS n FROM kept")).toEqual([{ n: 5 }]);
});

test("SQL: chosen tables bring what they need, and no foreign key to what is not there", async () => {
  await using from = await freshDatabase(server());
  await using to = await freshDatabase(server());
  await from.sql(WORLD);
  {
    await using opened = await openView(from.url);
    const chosen = ['a"; drop table x;--', "parts"].map((name) => ({ schema: "public", name }));
    const { before, after } = await opened.view.definition(chosen, "stored");
    const rows = await Promise.all(chosen.map(({ name }) => encoded(opened.view, table(name), SQL)));
    load(to.url, [before, ...rows.map(({ content }) => content), after].join("\n"));
  }
  const names =
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') ORDER BY 1";
  expect((await to.sql(names)).map(({ relname }) => relname)).toEqual([
    'a"; drop table x;--',
    "parts",
    "parts_1",
    "parts_2",
  ]);
  const all = (await fingerprintOf(from.url)).tables;
  const kept = (await fingerprintOf(to.url)).tables;
  expect(kept.map(({ name }) => name)).toEqual([
    'a"; drop table x;--',
    "parts_1",
    "parts_2",
    'a"; drop table x;--_id_seq',
    "free",
  ]);
  for (const one of kept) expect(all).toContainEqual(one);
  expect(await to.sql("SELECT count(*)::int AS n FROM pg_constraint WHERE contype = 'f'")).toEqual([{ n: 0 }]);
});

test("SQL: a chosen materialized view brings the views and tables under it, and is filled", async () => {
  await using from = await freshDatabase(server());
  await using to = await freshDatabase(server());
  await from.sql(WORLD);
  await using opened = await openView(from.url);
  const chosen = ["parent", "kept"].map((name) => ({ schema: "public", name }));
  const { before, after } = await opened.view.definition(chosen, "stored");
  load(to.url, [before, (await encoded(opened.view, table("parent"), SQL)).content, after].join("\n"));
  expect(await to.sql("SELECT count(*)::int AS n FROM kept")).toEqual([{ n: 5 }]);
});

test("SQL: generated columns are left out, and what has no rows of its own is refused", async () => {
  await using db = await freshDatabase(server());
  await db.sql(WORLD);
  await using opened = await openView(db.url);
  const { content, facts } = await encoded(opened.view, table("parent", { limit: 1 }), SQL);
  expect(content).toBe(
    'COPY "public"."parent" ("id", "m", "select") FROM stdin;\n1\tok\ttab\\t \\\\. \\\\N \\n\n\\.\n\n',
  );
  expect(facts.rows).toBe(1);
  await expect(opened.view.encode(table("seen"), SQL).ended).rejects.toMatchObject({ code: "USAGE.INVALID" });
  await expect(opened.view.encode(query("SELECT 1"), SQL).ended).rejects.toMatchObject({ code: "USAGE.INVALID" });
});
