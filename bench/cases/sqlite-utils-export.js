import { inTurns } from "../measure.js";
import { seconds } from "../table.js";

/** @type {import("../case.js").Case} */
export const sqliteUtilsExport = {
  name: "sqlite-utils-export",
  needs: ["sqlite-utils"],
  async run(world) {
    const database = await world.million();
    const times = await inTurns(world.options.runs, {
      ours: {
        time: async () =>
          (await world.dbops(["export", database, "--table", "t", "--output", world.path("t.csv")])).durationMs,
        reset: () => world.remove("t.csv"),
      },
      theirs: {
        time: async () =>
          (await world.shell('sqlite-utils rows "$1" t --csv > "$2"', database, world.path("theirs.csv"))).durationMs,
        reset: () => world.remove("theirs.csv"),
      },
    });
    const { ours = Number.NaN, theirs = Number.NaN } = times;
    return [
      {
        what: "SQLite export CSV : sqlite-utils rows --csv",
        ours: seconds(ours),
        theirs: seconds(theirs),
        ratio: ours / theirs,
        target: 0.6,
        goal: null,
      },
    ];
  },
};
