import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { postgresEngine } from "#dbops/drivers/postgres/engine.js";
import { testContext } from "../support/driver-context.js";

test("an owner's file that a crash of the machine left empty stops no later proof", async () => {
  await using t = await testContext();
  const left = join(t.scratchDir, "dbops-scratch-left");
  await mkdir(left);
  await writeFile(join(left, "owner.json"), "");
  const place = { dir: t.scratchDir, url: null, serverVersion: null };
  await using scratch = await postgresEngine.openScratch(place, t.context);
  expect(scratch).toBeDefined();
});
