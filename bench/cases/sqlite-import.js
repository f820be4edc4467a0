import { inTurns } from "../measure.js";
import { MILLION } from "../rows.js";
import { seconds } from "../table.js";

/** @type {import("../case.js").Case} */
export const sqliteImport = {
  name: "sqlite-import",
  needs: ["sqlite3"],
  async run(world) {
    const file = world.path("import.csv");
    await world.shell('sqlite3 -csv -header "$1" "SELECT * FROM t" > "$2"', await world.million(), file);
    const database = world.path("imported.db");
    const table = `CREATE TABLE t (${MILLION.columns.map(([name, type]) => `"${name}" ${type}`).join(", ")})`;
    const reset = async () => {
      await world.remove("imported.db");
      await world.shell('sqlite3 "$1" "$2"', database, table);
    };
    await reset();
    const times = await inTurns(world.options.runs, {
      ours: {
        time: async () => (await world.dbops(["import", file, database, "--table", "t"])).durationMs,
        reset,
      },
      theirs: {
        time: async () =>
          (await world.shell('sqlite3 "$1" ".mode csv" ".import --skip 1 \'$2\' t"', database, file)).durationMs,
        reset,
      },
    });
    const { ours = Number.NaN, theirs = Number.NaN } = times;
    return [
      {
        what: "SQLite import CSV : sqlite3 .import",
        ours: seconds(ours),
        theirs: seconds(theirs),
        ratio: ours / theirs,
        target: 2.5,
        goal: 1.5,
      },
    ];
  },
};
