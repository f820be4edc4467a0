import { writeFile } from "node:fs/promises";
import { inTurns } from "../measure.js";
import { seconds } from "../table.js";

/** @type {import("../case.js").Case} */
export const sqliteToPostgres = {
  name: "sqlite-to-postgres",
  needs: ["initdb", "pgloader", "psql"],
  async run(world) {
    return [
      ...(await compare(world, "a million rows", await world.million())),
      ...(await compare(world, "four tables", await world.sqlite())),
    ];
  },
};

/**
 * @param {import("../world.js").World} world
 * @param {string} what
 * @param {string} file
 * @returns {Promise<import("../table.js").Row[]>}
 */
async function compare(world, what, file) {
  const cluster = await world.cluster();
  const reset = async () => {
    await cluster.admin("DROP DATABASE IF EXISTS copied WITH (FORCE)");
    await cluster.admin("CREATE DATABASE copied");
  };
  await reset();
  const script = world.path("pgloader.load");
  const into = `postgresql://postgres@unix:${cluster.socketDir}:5432/copied`;
  await writeFile(script, `LOAD DATABASE FROM sqlite://${file} INTO ${into};\n`);
  /** @type {number[]} */
  const proofs = [];
  const ours = async () => {
    const { stdout, durationMs } = await world.dbops(["migrate", "copy", file, cluster.urlOf("copied"), "--json"]);
    const { phases } = JSON.parse(stdout).data;
    proofs.push(phases.find((/** @type {{ name: string }} */ { name }) => name === "prove").ms);
    return durationMs;
  };
  const theirs = async () => (await world.shell('pgloader --quiet "$1"', script)).durationMs;
  const times = await inTurns(world.options.runs, { ours: { time: ours, reset }, theirs: { time: theirs, reset } });
  const { ours: mine = Number.NaN, theirs: other = Number.NaN } = times;
  const row = (/** @type {string} */ title, /** @type {number} */ time, /** @type {number} */ goal) => ({
    what: title,
    ours: seconds(time),
    theirs: seconds(other),
    ratio: time / other,
    target: 0.7,
    goal,
  });
  const unproven = mine - median(proofs);
  return [
    row(`SQLite -> PostgreSQL, ${what}, proven : pgloader`, mine, 0.6),
    row("  without what the proof takes longer : pgloader", unproven, 0.55),
  ];
}

/** @param {readonly number[]} values */
function median(values) {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
