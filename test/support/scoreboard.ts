import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect } from "vitest";
import type { Arrived } from "./arrived-rows.js";

const PAGE = resolve(import.meta.dirname, "../../docs/scoreboard.md");

/** What becomes of a case: with another loader, with dbops, and with dbops and flags that take everything. */
interface Line {
  readonly name: string;
  readonly other: string;
  readonly plain: string;
  /** Empty where no flag is needed. */
  readonly taken: string;
}

/** docs/scoreboard.md: `npm run scoreboard` writes it from the test of the cases, every other run of that compares. */
export class Scoreboard {
  readonly isWriting = process.env.DBOPS_SCOREBOARD === "write";
  readonly #flags: string;
  readonly #lines: Line[] = [];

  constructor(flags: readonly string[]) {
    this.#flags = flags.join(" ");
  }

  /** `other` is asked only where the page is written: the other loader need not be installed everywhere. */
  async add({ name, plain, taken }: Omit<Line, "other">, other: () => Promise<string>): Promise<void> {
    const written = existsSync(PAGE) ? linesOf(readFileSync(PAGE, "utf8")).get(name) : undefined;
    if (!this.isWriting) expect({ name, plain, taken, other: written?.other }).toEqual(written);
    else this.#lines.push({ name, plain, taken, other: await other() });
  }

  end(): void {
    if (this.isWriting) writeFileSync(PAGE, pageOf(this.#lines, this.#flags));
  }
}

/** How much of a case has arrived. */
export function arrivedWords({ expected, arrived, unchanged, expectedKeys, keys }: Arrived): string {
  const rows =
    expected === 0 ? "no rows to copy" : arrived === expected ? "all rows" : `${arrived} of ${expected} rows`;
  const changed = arrived === unchanged ? "" : `, ${arrived - unchanged} changed`;
  return `${rows}${changed}${keys === expectedKeys ? "" : ", no primary key"}`;
}

function linesOf(page: string): ReadonlyMap<string, Line> {
  const cells = page.split("\n").map((line) => line.replace(/^\| | \|$/g, "").split(" | "));
  return new Map(cells.map(([name = "", other = "", plain = "", taken = ""]) => [name, { name, other, plain, taken }]));
}

function pageOf(lines: readonly Line[], flags: string): string {
  const rows = lines.map(({ name, other, plain, taken }) => `| ${name} | ${other} | ${plain} | ${taken} |`);
  return `# What copies make of hard cases

<!-- Written by \`npm run scoreboard\` from test/commands/migrate-copy-torture.test.ts. Do not edit. -->

Each case is a small SQLite file that is copied into an empty PostgreSQL database by pgloader 3.6.9 (Debian), by
\`dbops migrate copy FROM TO\`, and where that refuses it by the same with flags that take everything:
\`${flags}\`. "changed" counts rows in which a value
is neither the same nor the very bytes of it: a column of numbers and bytes, for example, becomes bytes of both.

| case | pgloader | dbops | dbops, taking everything |
|---|---|---|---|
${rows.join("\n")}
`;
}
