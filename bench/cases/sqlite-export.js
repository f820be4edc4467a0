import { inTurns } from "../measure.js";
import { seconds } from "../table.js";

/** @type {import("../case.js").Case} */
export const sqliteExport = {
  name: "sqlite-export",
  needs: ["sqlite3"],
  async run(world) {
    const database = await world.million();
    const ours = (/** @type {string} */ file) => ({
      time: async () =>
        (await world.dbops(["export", database, "--table", "t", "--output", world.path(file)])).durationMs,
      reset: () => world.remove(file),
    });
    const theirs = (/** @type {string} */ flag) => ({
      time: async () =>
        (await world.shell('sqlite3 "$1" "$2" "SELECT * FROM t" > "$3"', flag, database, world.path("theirs.txt")))
          .durationMs,
      reset: () => world.remove("theirs.txt"),
    });
    const times = await inTurns(world.options.runs, {
      csv: ours("t.csv"),
      theirCsv: theirs("-csv"),
      ndjson: ours("t.ndjson"),
      theirJson: theirs("-json"),
    });
    const { csv = Number.NaN, theirCsv = Number.NaN, ndjson = Number.NaN, theirJson = Number.NaN } = times;
    return [
      {
        what: "SQLite export CSV : sqlite3 -csv (which is lossy)",
        ours: seconds(csv),
        theirs: seconds(theirCsv),
        ratio: csv / theirCsv,
        target: 2,
        goal: 1.5,
      },
      {
        what: "SQLite export NDJSON : sqlite3 -json",
        ours: seconds(ndjson),
        theirs: seconds(theirJson),
        ratio: ndjson / theirJson,
        target: 1.5,
        goal: 1.2,
      },
    ];
  },
};
