import { inTurns } from "../measure.js";
import { seconds } from "../table.js";

/** @type {import("../case.js").Case} */
export const postgresImport = {
  name: "postgres-import",
  needs: ["initdb", "psql"],
  async run(world) {
    const url = await world.millionOnServer();
    const file = world.path("import.csv");
    const sql = async (/** @type {string} */ statement) =>
      (await world.shell('psql -Xq -v ON_ERROR_STOP=1 -d "$1" -c "$2"', url, statement)).durationMs;
    await sql(String.raw`\copy t TO '${file}' CSV HEADER`);
    await sql("DROP TABLE IF EXISTS imported; CREATE TABLE imported (LIKE t INCLUDING ALL)");
    const reset = async () => void (await sql("TRUNCATE imported"));
    const ours = (/** @type {readonly string[]} */ ...flags) => ({
      time: async () => (await world.dbops(["import", file, url, "--table", "imported", ...flags])).durationMs,
      reset,
    });
    const times = await inTurns(world.options.runs, {
      whole: ours(),
      records: ours("--max-errors", "1"),
      theirs: { time: () => sql(String.raw`\copy imported FROM '${file}' CSV HEADER`), reset },
    });
    const { whole = Number.NaN, records = Number.NaN, theirs = Number.NaN } = times;
    const row = (/** @type {string} */ what, /** @type {number} */ time, /** @type {number | null} */ target) => ({
      what,
      ours: seconds(time),
      theirs: seconds(theirs),
      ratio: time / theirs,
      target,
      goal: null,
    });
    return [
      row(String.raw`PostgreSQL import CSV : psql \copy`, whole, 1.3),
      row(String.raw`  record by record, rejects allowed : psql \copy`, records, null),
    ];
  },
};
