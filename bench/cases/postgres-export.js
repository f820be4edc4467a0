import { inTurns } from "../measure.js";
import { seconds } from "../table.js";

/** @type {import("../case.js").Case} */
export const postgresExport = {
  name: "postgres-export",
  needs: ["initdb", "psql"],
  async run(world) {
    const url = await world.millionOnServer();
    const times = await inTurns(world.options.runs, {
      ours: {
        time: async () =>
          (await world.dbops(["export", url, "--table", "t", "--output", world.path("t.csv")])).durationMs,
        reset: () => world.remove("t.csv"),
      },
      theirs: {
        time: async () => {
          const copy = String.raw`\copy t TO '${world.path("theirs.csv")}' CSV HEADER`;
          return (await world.shell('psql -Xq -d "$1" -c "$2"', url, copy)).durationMs;
        },
        reset: () => world.remove("theirs.csv"),
      },
    });
    const { ours = Number.NaN, theirs = Number.NaN } = times;
    return [
      {
        what: String.raw`PostgreSQL export CSV : psql \copy`,
        ours: seconds(ours),
        theirs: seconds(theirs),
        ratio: ours / theirs,
        target: 1.15,
        goal: null,
      },
    ];
  },
};
