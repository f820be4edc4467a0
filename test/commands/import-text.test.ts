import { expect, test } from "vitest";
import { PlainQuotes } from "#dbops/lib/import/plain-quotes.js";
import { IMPORT_ENGINES, type ImportWorld } from "../support/import-world.js";

// A file's own text goes to PostgreSQL only where its reader and ours cannot differ: both ways give the same rows.

async function serverWorld(): Promise<ImportWorld> {
  const [, engine] = IMPORT_ENGINES;
  if (engine === undefined) throw new Error("no server");
  const world = await engine.open();
  await world.sql("CREATE TABLE t (a text, b text)", "CREATE TABLE u (a text, b text)");
  return world;
}

/** The rows after an import, or how it failed. */
async function outcome(world: ImportWorld, table: string, flags: readonly string[]): Promise<unknown> {
  await world.sql(`TRUNCATE ${table}`);
  const { exit, json } = await world.import("x.csv", "app", "--table", table, ...flags);
  return [exit, json().data?.import.tables[0].counts, await world.rows(`SELECT * FROM ${table} ORDER BY a, b`)];
}

/** Committing every now and then makes every record one that we read ourselves. */
const OURS = ["--commit-every", "1000"];

const CASES: readonly (readonly [what: string, text: string, flags?: readonly string[]])[] = [
  ["nothing special", "a,b\n1,2\n3,\n"],
  ["quoted and empty", 'a,b\n"",\n,"x"\n'],
  ["quotes and line ends within quotes", 'a,b\r\n"x ""y"" \r\n z",2\r\n"",""\r\n'],
  ["a quote within a field", 'a,b\n5" pipe,6" pipe\n'],
  ["doubled quotes without quotes around", 'a,b\nx""y,z\n'],
  ["text after a quote", 'a,b\n"x"y,z\n'],
  ["the end mark of psql", "a,b\n1,2\n\\.\n3,4\n"],
  ["the end mark within quotes", 'a,b\n1,"x\n\\.\ny"\n3,4\n'],
  ["backslashes", "a,b\n\\N,\\\\\n\\.x,\\t\n"],
  ["empty lines", "a,b\n1,2\n\n3,4\n\n"],
  ["no line end at the end", "a,b\n1,2"],
  ["a byte order mark", "\uFEFFa,b\n1,2\n"],
  ["a word for NULL", 'a,b\nNULL,"NULL"\n,x\n', ["--null", "NULL"]],
  ["no header", "1,2\n3,4\n", ["--no-header", "--map", "c1=a", "--map", "c2=b"]],
  ["other characters", "a|b\n'x''|'|y\n", ["--delimiter", "|", "--quote", "'"]],
  ["an open quote", 'a,b\n1,"2\n3,4\n'],
  ["a record too short", "a,b\n1\n"],
  ["spaces", "a,b\n x , y \n"],
];

test("odd spellings mean the same on both ways", async () => {
  await using world = await serverWorld();
  for (const [what, text, flags = []] of CASES) {
    await world.write("x.csv", text);
    const passed = await outcome(world, "t", flags);
    expect([what, passed]).toEqual([what, await outcome(world, "u", [...flags, ...OURS])]);
  }
});

test("texts of random odd characters mean the same on both ways", async () => {
  await using world = await serverWorld();
  const next = randomNumbers(7);
  for (let round = 0; round < 25; round += 1) {
    const field = (): string => Array.from({ length: next(4) }, () => 'ab,"\n\r\\.'[next(8)]).join("");
    const spelled = (): string =>
      next(3) > 0 ? `"${field().replaceAll('"', '""')}"` : field().replaceAll(/[,\n\r]/g, "");
    const text = `a,b\n${Array.from({ length: 5 }, () => `${spelled()},${spelled()}\n`).join("")}`;
    await world.write("x.csv", text);
    const passed = await outcome(world, "t", ["--delimiter", ",", "--quote", '"']);
    expect([text, passed]).toEqual([text, await outcome(world, "u", ["--delimiter", ",", "--quote", '"', ...OURS])]);
  }
});

test("a large file of quotes goes through in pieces", async () => {
  await using world = await serverWorld();
  const line = (at: number): string => `${at},"${`"" , ${at}\n`.repeat(at % 37)}"\n`;
  await world.write("x.csv", `a,b\n${Array.from({ length: 20_000 }, (_, at) => line(at)).join("")}`);
  const [exit, counts] = [await outcome(world, "t", [])].flat();
  expect([exit, counts]).toMatchObject([0, { read: 20_000, inserted: 20_000 }]);
  await outcome(world, "u", OURS);
  expect(await world.rows("SELECT * FROM t EXCEPT SELECT * FROM u")).toEqual([]);
});

test("it makes no difference where a text is cut", () => {
  const next = randomNumbers(11);
  for (let round = 0; round < 3000; round += 1) {
    const text = Buffer.from(Array.from({ length: next(12) }, () => 'a,"\n\\.'[next(6)]).join(""));
    const whole = verdict([text]);
    const cut = next(text.length + 1);
    const isSame = verdict([text.subarray(0, cut), text.subarray(cut)]) === whole;
    const isSameEach = verdict([...text].map((byte) => Buffer.from([byte]))) === whole;
    expect([text.toString(), cut, isSame, isSameEach]).toEqual([text.toString(), cut, true, true]);
  }
});

function verdict(pieces: readonly Buffer[]): boolean {
  const quotes = new PlainQuotes({ quote: '"', delimiter: "," });
  return pieces.every((piece) => quotes.take(piece)) && quotes.end();
}

/** Numbers below a bound, the same in each run. */
function randomNumbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * bound);
  };
}

test("what the server itself changes is no error, as the documentation says", async () => {
  await using world = await serverWorld();
  await world.sql("CREATE TABLE r (n numeric(4,1), x float4, at timestamp(0), v varchar(2), c char(3))");
  await world.write("r.csv", 'n,x,at,v,c\n1.26,16777217,2024-01-01 00:00:00.6,"ab  ",d\n');
  expect((await world.import("r.csv", "app", "--check")).exit).toBe(0);
  expect((await world.import("r.csv", "app")).exit).toBe(0);
  expect(await world.rows("SELECT n::text, x::text, at::text, v, c FROM r")).toEqual([
    { n: "1.3", x: "1.6777216e+07", at: "2024-01-01 00:00:01", v: "ab", c: "d  " },
  ]);
});
