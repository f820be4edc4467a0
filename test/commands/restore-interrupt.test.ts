import { readFile, writeFile } from "node:fs/promises";
import pg from "pg";
import { afterEach, beforeEach, expect, inject, test } from "vitest";
import { onServer } from "../support/fresh-database.js";
import { type PostgresWorld, postgresWorld } from "../support/postgres-world.js";
import { startProxy, type TcpProxy } from "../support/tcp-proxy.js";

const RESTORE = ["restore", "app", "--from", "latest", "--confirm", "app", "--disconnect", "--json"];

let world: PostgresWorld;
let proxy: TcpProxy;
let backedUp: unknown;
let damaged: unknown;

beforeEach(async () => {
  world = await postgresWorld(inject("postgresUrl"));
  const url = new URL(world.db.url);
  proxy = await startProxy(url.hostname, Number(url.port));
  url.port = String(proxy.port);
  const config = { version: 1, targets: { app: url.href }, backup: { store: "./store", scratch: "./scratch" } };
  await writeFile(world.path("dbops.yaml"), JSON.stringify(config));
  backedUp = await world.rows();
  await world.backup();
  await world.db.sql("DELETE FROM t WHERE id > 10");
  damaged = await world.rows();
});

afterEach(async () => {
  await proxy[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** Waits for the copy that is being loaded and stays in it, so that it cannot be renamed. */
async function stayInCopy(): Promise<pg.Client> {
  for (;;) {
    const copy = (await world.databases()).find((name) => name.startsWith("dbops_"));
    if (copy === undefined) continue;
    const client = new pg.Client({ connectionString: world.db.url.replace(world.db.name, copy) });
    client.on("error", () => undefined);
    await client.connect();
    return client;
  }
}

test("Ctrl-C while the swap waits for sessions: exit 130, the target is as it was, nothing is left behind", async () => {
  const inside: pg.Client[] = [];
  const interrupt = async (): Promise<"SIGINT"> => {
    inside.push(await stayInCopy());
    const waiting = `SELECT FROM pg_stat_activity WHERE query LIKE 'ALTER DATABASE "dbops_%' AND state = 'active'`;
    while ((await onServer(inject("postgresUrl"), waiting)).length === 0);
    return "SIGINT";
  };
  const { exit, json } = await world.run(RESTORE, { interrupt: interrupt() });
  expect([exit, json().error.code, json().data]).toEqual([130, "RUN.INTERRUPTED", null]);
  expect(await world.rows()).toEqual(damaged);
  expect(await world.databases()).toEqual([world.db.name]);
  for (const client of inside) await client.end();
});

test("Ctrl-C at the commit of the swap: it was restored, and that is what is said and recorded", async () => {
  const interrupt = proxy.holdAnswerTo("COMMIT").then((answer) => {
    setImmediate(() => answer.release());
    return "SIGINT" as const;
  });
  const { exit, json } = await world.run(RESTORE, { interrupt });
  const { data, error, warnings } = json();
  expect([exit, error, data.restore.swapped]).toEqual([0, null, true]);
  expect(warnings.join()).toContain("stopping came too late");
  expect(await world.rows()).toEqual(backedUp);
  expect(await world.databases()).toEqual([world.db.name, data.restore.previous]);
  const record = JSON.parse(await readFile(world.path("store", data.restore.record), "utf8"));
  expect(record.previous).toBe(data.restore.previous);
});

test("Ctrl-C at the commit of an undo: it was undone, and that is what is said", async () => {
  expect((await world.restore("--from", "latest")).exit).toBe(0);
  const interrupt = proxy.holdAnswerTo("COMMIT").then((answer) => {
    setImmediate(() => answer.release());
    return "SIGINT" as const;
  });
  const { exit, json } = await world.run(["restore", "undo", "app", "--confirm", "app", "--disconnect", "--json"], {
    interrupt,
  });
  expect([exit, json().error]).toEqual([0, null]);
  expect(json().warnings.join()).toContain("stopping came too late");
  expect(await world.rows()).toEqual(damaged);
});

test("Ctrl-C at the commit of a restore in place: exit 130, and it is said and recorded that it was overwritten", async () => {
  const interrupt = proxy.holdAnswerTo("COMMIT").then((answer) => {
    setImmediate(() => answer.release());
    return "SIGINT" as const;
  });
  const argv = RESTORE.filter((word) => word !== "--disconnect");
  const { exit, json } = await world.run([...argv, "--in-place"], { interrupt });
  const { data, error } = json();
  expect([exit, error.code, data.restore.swapped]).toEqual([130, "RUN.INTERRUPTED", true]);
  expect(error.why).toContain("the database has been overwritten");
  expect(error.hint).toContain(data.restore.safetyBackup);
  expect(await world.rows()).toEqual(backedUp);
  expect(JSON.parse(await readFile(world.path("store", data.restore.record), "utf8")).tables).toEqual([]);
});
