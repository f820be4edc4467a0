import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { inTurns } from "../measure.js";
import { seconds } from "../table.js";

const WRITER = fileURLToPath(new URL("../writer.js", import.meta.url));

/** @type {import("../case.js").Case} */
export const sqliteWriter = {
  name: "sqlite-writer",
  needs: [],
  async run(world) {
    const database = world.path("written.db");
    await world.shell('cp "$1" "$2"', await world.sqlite(), database);
    const backup = async () => (await world.dbops(["backup", database, "--store", world.path("store")])).durationMs;
    const reset = () => world.remove("store");
    const times = await inTurns(world.options.runs, {
      quiet: { time: backup, reset },
      written: { time: () => whileWritten(database, backup), reset },
    });
    await world.remove("written.db");
    const { quiet = Number.NaN, written = Number.NaN } = times;
    return [
      {
        what: "SQLite backup, a commit every 5 ms : nobody writing",
        ours: seconds(written),
        theirs: seconds(quiet),
        ratio: written / quiet,
        target: 1.5,
        goal: null,
      },
    ];
  },
};

/**
 * @param {string} database
 * @param {() => Promise<number>} work
 */
async function whileWritten(database, work) {
  const writer = spawn(process.execPath, [WRITER, database], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(writer, "exit");
  const started = once(writer.stdout, "data");
  await Promise.race([started, ended.then(() => Promise.reject(new Error("the writer ended at once")))]);
  try {
    return await work();
  } finally {
    writer.stdin.end();
    await ended;
  }
}
