import { inTurns } from "../measure.js";
import { seconds } from "../table.js";

const BY_HAND = `sqlite3 "$1" ".backup $2/copy.db"
zstd -q -T0 -3 "$2/copy.db" -o "$2/copy.db.zst"
sha256sum "$2/copy.db.zst" > "$2/copy.sha256"`;

/** @type {import("../case.js").Case} */
export const sqliteBackup = {
  name: "sqlite-backup",
  needs: ["sqlite3", "zstd", "sha256sum"],
  async run(world) {
    const database = await world.sqlite();
    const times = await inTurns(world.options.runs, {
      ours: {
        time: async () => (await world.dbops(["backup", database, "--store", world.path("store")])).durationMs,
        reset: () => world.remove("store"),
      },
      theirs: {
        time: async () => (await world.shell(`mkdir "$2"\n${BY_HAND}`, database, world.path("hand"))).durationMs,
        reset: () => world.remove("hand"),
      },
    });
    const { ours = Number.NaN, theirs = Number.NaN } = times;
    return [
      {
        what: "SQLite backup : .backup + zstd -T0 -3 + sha256sum",
        ours: seconds(ours),
        theirs: seconds(theirs),
        ratio: ours / theirs,
        target: 1.4,
        goal: 1.2,
      },
    ];
  },
};
