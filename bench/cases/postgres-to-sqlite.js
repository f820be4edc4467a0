import { inTurns } from "../measure.js";
import { seconds } from "../table.js";

/** What a shell can do with the engines' own programs; it knows no NULL, and proves nothing. */
const BY_HAND = `sqlite3 "$2" "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, x REAL NOT NULL, name TEXT NOT NULL, at TEXT NOT NULL, note TEXT NOT NULL) STRICT"
psql -Xq -v ON_ERROR_STOP=1 -d "$1" -c '\\copy t TO STDOUT CSV' | sqlite3 "$2" '.import --csv /dev/stdin t'
sqlite3 "$2" 'CREATE INDEX t_at ON t (at)'`;

/** @type {import("../case.js").Case} */
export const postgresToSqlite = {
  name: "postgres-to-sqlite",
  needs: ["initdb", "psql", "sqlite3"],
  async run(world) {
    const url = await world.millionOnServer();
    const [mine, other] = ["copied.db", "by-hand.db"];
    const times = await inTurns(world.options.runs, {
      ours: {
        time: async () => (await world.dbops(["migrate", "copy", url, world.path(mine)])).durationMs,
        reset: () => world.remove(mine),
      },
      theirs: {
        time: async () => (await world.shell(BY_HAND, url, world.path(other))).durationMs,
        reset: () => world.remove(other),
      },
    });
    const { ours = Number.NaN, theirs = Number.NaN } = times;
    return [
      {
        what: String.raw`PostgreSQL -> SQLite, a million rows, proven : psql \copy and sqlite3 .import`,
        ours: seconds(ours),
        theirs: seconds(theirs),
        ratio: ours / theirs,
        target: 1.2,
        goal: null,
      },
    ];
  },
};
