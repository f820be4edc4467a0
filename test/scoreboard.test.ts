import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Database from "better-sqlite3";
import { expect, inject, test } from "vitest";
import { type Arrived, arrivedRows } from "./support/arrived-rows.js";
import { freshDatabase } from "./support/fresh-database.js";
import { runPgloader } from "./support/other-loader.js";
import { runCli } from "./support/run-cli.js";
import { TORTURE_CASES, type TortureCase } from "./support/torture-cases.js";

/** `npm run scoreboard` writes the page, and needs pgloader for it; every other run compares what is dbops's in it. */
const IS_WRITING = process.env.DBOPS_SCOREBOARD === "write";
const PAGE = resolve(import.meta.dirname, "../docs/scoreboard.md");
/** What lets every row through, changed as little as can be. */
const TAKE_ALL = "--on-mismatch widen --invalid-utf8 bytea --nul bytea --orphans not-valid --null-key unique";

interface Line {
  readonly name: string;
  readonly other: string;
  readonly plain: string;
  readonly taken: string;
}

test("the scoreboard says what dbops does with what other loaders break on", { timeout: 600_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "dbops-score-"));
  const before = linesOf(await readFile(PAGE, "utf8").catch(() => ""));
  const lines: Line[] = [];
  for (const [index, one] of TORTURE_CASES.entries()) {
    const file = join(folder, `case-${index}.db`);
    build(file, one);
    const other = IS_WRITING ? await otherOf(file) : (before.get(one.name)?.other ?? "");
    const plain = await copied(folder, file, []);
    const taken = plain.isCopied ? "" : (await copied(folder, file, TAKE_ALL.split(" "))).words;
    lines.push({ name: one.name, other, plain: plain.words, taken });
  }
  await rm(folder, { recursive: true });
  const page = pageOf(lines);
  if (IS_WRITING) await writeFile(PAGE, page);
  expect(await readFile(PAGE, "utf8")).toBe(page);
});

function build(file: string, one: TortureCase): void {
  const database = new Database(file);
  one.build(database);
  database.close();
}

async function otherOf(file: string): Promise<string> {
  await using database = await freshDatabase(inject("postgresUrl"));
  const end = await runPgloader(file, database.url);
  if (end === null) throw new Error("pgloader is not installed");
  const arrived = await arrivedRows(file, database);
  return `${end.kind === "hung" ? "hangs" : `exit ${end.code}`}: ${inWords(arrived)}`;
}

interface Copied {
  readonly isCopied: boolean;
  readonly words: string;
}

/** Nothing that ends well may have lost a row, and nothing that does not may have left one. */
async function copied(folder: string, file: string, flags: readonly string[]): Promise<Copied> {
  await using database = await freshDatabase(inject("postgresUrl"));
  const argv = ["migrate", "copy", file, database.url, "--json", "--yes", ...flags];
  const { exit, json } = await runCli(argv, { cwd: folder });
  const { data, error } = json();
  const isCopied = exit === 0 || exit === 5;
  const given = data.tables.map(({ source, target }: TableNames) => [source, target.replace("public.", "")]);
  const arrived = await arrivedRows(file, database, new Map(given));
  expect({ file, arrived: arrived.arrived }).toEqual({ file, arrived: isCopied ? arrived.expected : 0 });
  for (const { checksum } of isCopied ? data.tables : []) expect(checksum).toMatchObject({ equal: true });
  if (!isCopied) return { isCopied, words: `exit ${exit}: nothing copied, ${error.message}` };
  const kinds = data.notCarried.map(({ kind }: { readonly kind: string }) => kind);
  const left = kinds.length === 0 ? "" : `; not carried: ${[...new Set(kinds)].join(", ")}`;
  return { isCopied, words: `exit ${exit}: ${inWords(arrived)}${left}` };
}

interface TableNames {
  readonly source: string;
  readonly target: string;
}

function inWords({ expected, arrived, unchanged, expectedKeys, keys }: Arrived): string {
  const rows =
    expected === 0 ? "no rows to copy" : arrived === expected ? "all rows" : `${arrived} of ${expected} rows`;
  const changed = arrived === unchanged ? "" : `, ${arrived - unchanged} changed`;
  return `${rows}${changed}${keys === expectedKeys ? "" : ", no primary key"}`;
}

function linesOf(page: string): ReadonlyMap<string, Line> {
  const cells = page.split("\n").map((line) => line.split(" | "));
  const lines = cells.map(([name = "", other = "", plain = "", taken = ""]) => ({
    name: name.replace(/^\| /, ""),
    other,
    plain,
    taken: taken.replace(/ \|$/, ""),
  }));
  return new Map(lines.map((line) => [line.name, line]));
}

function pageOf(lines: readonly Line[]): string {
  const rows = lines.map(({ name, other, plain, taken }) => `| ${name} | ${other} | ${plain} | ${taken} |`);
  return `# What copies make of hard cases

<!-- Written by \`npm run scoreboard\` from test/scoreboard.test.ts. Do not edit. -->

Each case is a small SQLite file that is copied into an empty PostgreSQL database by pgloader 3.6.9 (Debian), by
\`dbops migrate copy FROM TO\`, and by the same with flags that take everything:
\`${TAKE_ALL}\`. "changed" counts rows in which a value
is neither the same nor the very bytes of it: a column of numbers and bytes, for example, becomes bytes of both.

| case | pgloader | dbops | dbops, taking everything |
|---|---|---|---|
${rows.join("\n")}
`;
}
