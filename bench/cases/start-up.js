import { inTurns, runOnce } from "../measure.js";
import { seconds } from "../table.js";

/** One start takes so short that many are needed. */
const STARTS = 10;

/** @type {import("../case.js").Case} */
export const startUp = {
  name: "start-up",
  needs: [],
  async run(world) {
    const node = { argv: [process.execPath, "-e", "0"], cwd: world.folder, env: process.env };
    const times = await inTurns(world.options.runs * STARTS, {
      ours: { time: async () => (await world.dbops(["--version"])).durationMs },
      theirs: { time: async () => (await runOnce(node)).durationMs },
    });
    const { ours = Number.NaN, theirs = Number.NaN } = times;
    return [
      {
        what: "dbops --version : node -e 0",
        ours: seconds(ours),
        theirs: seconds(theirs),
        ratio: ours / theirs,
        target: 2,
        goal: null,
      },
    ];
  },
};
