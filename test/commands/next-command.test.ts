import { rm } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { type BackupWorld, backupWorld } from "../support/backup-world.js";
import { nextOf } from "../support/command-words.js";
import { ManualClock } from "../support/manual-clock.js";
import { postgresWorld } from "../support/postgres-world.js";
import type { RunResult } from "../support/run-cli.js";

let world: BackupWorld;
let clock: ManualClock;

beforeEach(async () => {
  world = await backupWorld();
  clock = new ManualClock();
});

afterEach(() => world[Symbol.asyncDispose]());

async function run(...argv: readonly string[]): Promise<RunResult> {
  clock.pass(60_000);
  return await world.run(argv, { clock });
}

/** Runs the command that the result says to go on with, which must be possible. */
async function goOn(from: RunResult, ...expected: readonly string[]): Promise<RunResult> {
  const words = nextOf(from.stdout);
  expect(words.slice(0, expected.length)).toEqual(expected);
  const result = await run(...words);
  expect(result.exit, `dbops ${words.join(" ")}: ${result.stderr}`).toBe(0);
  return result;
}

describe("without a configuration, the next command can be pasted as it stands", () => {
  test("after list: proof, look and restore by a name that only the store knows", async () => {
    const empty = await run("backup", "list", "--store", "backups");
    await goOn(empty, "backup", "--help");
    expect((await run("backup", "app.db", "--store", "backups")).exit).toBe(0);
    const list = await run("backup", "list", "--store", "backups");
    const proved = await goOn(list, "backup", "verify", "--level", "restore");
    const proven = await goOn(proved, "backup", "list");
    const shown = await goOn(proven, "backup", "show");
    await goOn(shown, "restore", world.path("app.db"));
  });

  test("after show with a target, in the word that was given", async () => {
    const { id } = await world.backup();
    await goOn(await run("backup", "show", id, "./app.db", "--store", "store"), "restore", "./app.db");
  });

  test("after accept", async () => {
    const { id } = await world.backup();
    const accepted = await run("backup", "accept", id, "--reason", "r", "--store", "store");
    await goOn(accepted, "backup", "list");
  });

  test("after cleanup: the list, or the acceptance of a run in doubt, in the store that the file implies", async () => {
    expect((await run("backup", "./app.db")).exit).toBe(0);
    await goOn(await run("cleanup", "backups", "./app.db", "--yes"), "backup", "list", "./app.db");
    world.sql("DELETE FROM t WHERE id > 2", "VACUUM");
    expect((await run("backup", "./app.db")).exit).toBe(0);
    const held = await run("cleanup", "backups", "./app.db", "--yes");
    expect(held.exit, held.stderr).toBe(4);
    await goOn(held, "backup", "accept");
  });

  test("after discard and previous, down to where nothing is kept", async () => {
    expect((await run("backup", "./app.db")).exit).toBe(0);
    expect((await run("restore", "./app.db", "--from", "latest", "--confirm", "./app.db")).exit).toBe(0);
    const discarded = await run("restore", "discard", "./app.db", "--confirm", "./app.db");
    const previous = await goOn(discarded, "restore", "previous", "./app.db");
    await goOn(previous, "backup", "list", "./app.db");
  });

  test("after a restore from a named store, and its undo", async () => {
    await world.backup();
    const restored = await run("restore", "app.db", "--store", "store", "--from", "latest", "--confirm", "app.db");
    const undone = await goOn(restored, "restore", "undo");
    await goOn(undone, "restore", "previous");
  });

  test("a backup without a fingerprint cannot be proven: no proof is suggested", async () => {
    const refused = await run("backup", "app.db", "--store", "store", "--fingerprint", "none", "--verify", "restore");
    expect(refused.exit).toBe(8);
    const list = await goOn(refused, "backup", "list");
    await goOn(list, "backup", "show");
  });

  test("PostgreSQL: show goes on by the URL; where no store is known, previous goes on to info", async () => {
    await using server = await postgresWorld(inject("postgresUrl"));
    const id = await server.backup();
    await rm(server.path("dbops.yaml"));
    const shown = await server.run(["backup", "show", id, "--store", "store"]);
    const look = await server.run(nextOf(shown.stdout));
    expect(look.exit, look.stderr).toBe(0);
    const previous = await server.run(["restore", "previous", server.db.url]);
    const info = await server.run(nextOf(previous.stdout));
    expect(info.exit, info.stderr).toBe(0);
  });
});
