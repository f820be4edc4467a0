import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunResult, runCli } from "../support/run-cli.js";

// Neither side exists: what is refused is refused before anything is looked at.
const SERVER = "postgres://nobody@127.0.0.1:1/none";
const FILE = "none.db";

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dbops-flags-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ["--on-mismatch", "widen"],
  ["--nul", "strip"],
  ["--invalid-utf8", "latin1"],
  ["--orphans", "reject", "--rejects", "left.ndjson"],
  ["--null-key", "unique"],
  ["--tight"],
  ["--assume-tz", "UTC"],
  ["--epoch", "s"],
  ["--bool", "smallint"],
  ["--json-as", "text"],
])("%s does nothing from PostgreSQL, and is refused", async (flag, ...more) => {
  expect(await refusal(SERVER, FILE, flag, ...more)).toMatch(new RegExp(`^${flag}.* does nothing .* from PostgreSQL$`));
});

test.each([["--numeric", "real"], ["--no-strict"]])(
  "%s does nothing into PostgreSQL, and is refused",
  async (...given) => {
    expect(await refusal(FILE, SERVER, ...given)).toMatch(new RegExp(`^${given[0]} does nothing .* into PostgreSQL$`));
  },
);

test("flags that do something that way are none of these", async () => {
  const ofFiles = ["--on-mismatch", "widen", "--tight", "--epoch", "s", "--orphans", "not-valid"];
  expect((await copy(FILE, SERVER, ...ofFiles)).json().error.code).not.toBe("USAGE.INVALID");
  const ofServers = ["--numeric", "real", "--no-strict", "--orphans", "not-valid"];
  expect((await copy(SERVER, FILE, ...ofServers)).json().error.code).toBe("CONNECT.REFUSED");
});

async function refusal(...words: readonly string[]): Promise<string> {
  const refused = await copy(...words);
  const { code, message, hint } = refused.json().error;
  expect([refused.exit, code, hint]).toEqual([2, "USAGE.INVALID", "leave it out"]);
  return message;
}

function copy(...words: readonly string[]): Promise<RunResult> {
  return runCli(["migrate", "copy", ...words, "--json"], { cwd: folder });
}
