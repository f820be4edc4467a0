import Database from "better-sqlite3";
import { describe, expect, test } from "vitest";
import type { CopyCatalog, CopyChoices, CopySource } from "#dbops/drivers/copy-source-model.js";
import type { Driver } from "#dbops/drivers/driver.js";
import { sqliteEngine } from "#dbops/drivers/sqlite/engine.js";
import { copyChoices } from "../support/copy-choices.js";
import { testContext } from "../support/driver-context.js";
import { testFolder } from "../support/sqlite-files.js";
import { TORTURE_CASES } from "../support/torture-cases.js";

test.each(TORTURE_CASES)("$name", async ({ build }) => {
  await using folder = await testFolder();
  const path = folder.file("a.db");
  const db = new Database(path);
  build(db);
  db.close();
  await using world = await testContext();
  await using driver = await sqliteEngine.open({ engine: "sqlite", name: "a", location: path }, world.context);
  await using source = await driver.openCopySource(copyChoices());
  console.dir(await source.catalog(), { depth: 8 });
});
