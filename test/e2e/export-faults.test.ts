import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { fileAppears, startDbops } from "../support/dbops-process.js";
import { ENGINES, type ExportWorld, exportWorld } from "../support/export-world.js";

const run = promisify(execFile);
const DBOPS = resolve(import.meta.dirname, "../../bin/dbops.js");

/** More than a process can write before a test has seen that it writes. */
const MANY = `INSERT INTO items WITH RECURSIVE n (x) AS (SELECT 4 UNION ALL SELECT x + 1 FROM n WHERE x < 300000)
  SELECT x, '${"many ".repeat(80)}', x / 7.0, NULL FROM n`;

describe.each(ENGINES)("%s", (engine) => {
  let world: ExportWorld;

  beforeEach(async () => {
    world = await exportWorld(engine, inject("postgresUrl"));
    await world.sql(MANY);
    await writeFile(world.path("items.ndjson"), "what an earlier run wrote");
  });

  afterEach(() => world[Symbol.asyncDispose]());

  const started = (output: string, fileLimitKib?: number) => {
    const argv = ["export", world.target, "--table", "items", "--output", output];
    return startDbops(argv, { cwd: world.folder, ...(fileLimitKib === undefined ? {} : { fileLimitKib }) });
  };
  const earlier = () => readFile(world.path("items.ndjson"), "utf8");

  test("killed in the middle, an export leaves the earlier one and one unfinished file", async () => {
    const dbops = await started("items.ndjson");
    await fileAppears(world.folder, ".partial");
    await dbops.kill();
    expect(await earlier()).toBe("what an earlier run wrote");
    const unfinished = (await world.outputs()).filter((name) => name !== "items.ndjson");
    expect(unfinished).toEqual([expect.stringMatching(/^items\.ndjson\..*\.partial$/)]);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s in the middle leaves the earlier export and nothing else", async (signal, exit) => {
    const dbops = await started("items.ndjson");
    await fileAppears(world.folder, ".partial");
    dbops.signal(signal);
    expect((await dbops.ended).exit).toBe(exit);
    expect(await earlier()).toBe("what an earlier run wrote");
    expect(await world.outputs()).toEqual(["items.ndjson"]);
  });

  test.each(["items.ndjson", "folder/", "all.zip"])("a full disk: exit 9, %s is as it was", async (output) => {
    const { exit, stderr } = await (await started(output, 1024)).ended;
    expect([exit, stderr]).toEqual([9, expect.stringContaining("RESOURCE.DISK_FULL")]);
    expect(await earlier()).toBe("what an earlier run wrote");
    expect(await world.outputs()).toEqual(["items.ndjson"]);
  });

  test("a reader that goes away ends it with an error: what it did not read is not exported", async () => {
    const line = `"$0" "$1" export "$2" --table items --output - | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await run("bash", ["-c", line, process.execPath, DBOPS, world.target], {
      cwd: world.folder,
      env: { PATH: process.env.PATH, HOME: world.folder },
    });
    expect(stdout).toBe("id,name,price,data\n11\n");
    expect(stderr).toContain("its reader has gone away");
  });
});
