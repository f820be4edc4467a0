import pg from "pg";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import type { LoadedCopy, Restorer } from "#dbops/drivers/restore-model.js";
import { type TestContext, testContext } from "../support/driver-context.js";
import { type FreshDatabase, freshDatabase, onServer } from "../support/fresh-database.js";
import { sourceOf } from "../support/source.js";
import { startProxy, type TcpProxy } from "../support/tcp-proxy.js";

const server = (): string => inject("postgresUrl");
const SCRIPT = Buffer.from("CREATE TABLE public.loaded (x int);\n");
const WAYS = [{ disconnect: false }, { disconnect: true }];

let db: FreshDatabase;
let t: TestContext;
let proxy: TcpProxy;
let restorer: Restorer;
let copy: LoadedCopy;

beforeEach(async () => {
  db = await freshDatabase(server());
  t = await testContext();
  const { hostname, port } = new URL(server());
  proxy = await startProxy(hostname, Number(port));
  const location = new URL(db.url);
  location.port = String(proxy.port);
  restorer = await postgresEngine.restorer({ engine: "postgres", name: "x", location: location.href }, t.context);
  copy = await restorer.load(sourceOf("sql", SCRIPT), { jobs: 1, isInPlace: false });
});

afterEach(async () => {
  await copy[Symbol.asyncDispose]();
  await restorer[Symbol.asyncDispose]();
  await t[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
  for (const name of await names()) await onServer(server(), `DROP DATABASE "${name}" WITH (FORCE)`);
});

/** Of the databases that this test has made. */
async function names(): Promise<unknown[]> {
  const rows = await onServer(server(), "SELECT datname FROM pg_database WHERE datname = ANY ($1) OR datname LIKE $2", [
    [db.name, copy.place],
    `${db.name}%`,
  ]);
  return rows.map(({ datname }) => datname).sort();
}

async function isLoaded(): Promise<boolean> {
  return (await db.sql("SELECT to_regclass('public.loaded') IS NOT NULL AS loaded"))[0]?.loaded === true;
}

async function swap(disconnect: boolean): Promise<{ previous: string | null }> {
  return await copy.swap({ disconnect, waitMs: 0, at: new Date("2026-09-01T02:15:00Z") });
}

test.each(WAYS)(
  "aborted while a rename waits for sessions: nothing is swapped, nothing is kept shut ($disconnect)",
  async ({ disconnect }) => {
    // A session inside the copy makes the second rename wait; the first has then been done in the open transaction.
    const inside = new pg.Client({ connectionString: db.url.replace(db.name, copy.place) });
    inside.on("error", () => undefined);
    await inside.connect();
    const swapping = swap(disconnect).catch((thrown: unknown) => thrown);
    const waiting = "SELECT FROM pg_stat_activity WHERE query LIKE 'ALTER DATABASE \"dbops_%' AND state = 'active'";
    while ((await onServer(server(), waiting)).length === 0);
    const stop = new Error("stop");
    t.abort.abort(stop);
    expect(await swapping).toBe(stop);
    const open = "SELECT FROM pg_stat_activity WHERE application_name = $1 AND backend_xid IS NOT NULL";
    expect(await onServer(server(), open, [`dbops ${t.context.run}`])).toEqual([]);
    expect(await names()).toEqual([copy.place, db.name].sort());
    expect(await isLoaded()).toBe(false);
    await inside.end();
  },
);

test.each(WAYS)("aborted at the commit: the swap is done, and said to be ($disconnect)", async ({ disconnect }) => {
  const held = proxy.holdAnswerTo("COMMIT");
  const swapping = swap(disconnect);
  const answer = await held;
  t.abort.abort(new Error("stop"));
  answer.release();
  const { previous } = await swapping;
  expect(await names()).toEqual([db.name, previous]);
  expect(await isLoaded()).toBe(true);
});

test.each(WAYS)(
  "the connection breaks at the commit: the server is asked what it did ($disconnect)",
  async ({ disconnect }) => {
    const held = proxy.holdAnswerTo("COMMIT");
    const swapping = swap(disconnect);
    await held;
    proxy.cut();
    const { previous } = await swapping;
    expect(await names()).toEqual([db.name, previous]);
    expect(await isLoaded()).toBe(true);
  },
);

test("the connection breaks before the commit: nothing is swapped", async () => {
  const held = proxy.holdAnswerTo("COMMENT ON DATABASE");
  const swapping = swap(true).catch((thrown: unknown) => thrown);
  await held;
  proxy.cut();
  expect(await swapping).toMatchObject({ code: "CONNECT.LOST" });
  expect(await names()).toEqual([copy.place, db.name].sort());
  expect(await isLoaded()).toBe(false);
});
