import { inTurns } from "../measure.js";
import { seconds } from "../table.js";

/** @type {import("../case.js").Case} */
export const sqliteDump = {
  name: "sqlite-dump",
  needs: ["sqlite3", "gzip"],
  async run(world) {
    const database = await world.sqlite();
    const times = await inTurns(world.options.runs, {
      ours: {
        time: async () => (await world.dbops(["backup", database, "--store", world.path("store")])).durationMs,
        reset: () => world.remove("store"),
      },
      theirs: {
        time: async () =>
          (await world.shell('sqlite3 "$1" .dump | gzip > "$2"', database, world.path("dump.gz"))).durationMs,
        reset: () => world.remove("dump.gz"),
      },
    });
    const { ours = Number.NaN, theirs = Number.NaN } = times;
    return [
      {
        what: "SQLite backup : .dump | gzip",
        ours: seconds(ours),
        theirs: seconds(theirs),
        ratio: ours / theirs,
        target: 0.65,
        goal: null,
      },
    ];
  },
};
