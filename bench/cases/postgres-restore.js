import { inTurns, median } from "../measure.js";
import { seconds } from "../table.js";

/** @type {import("../case.js").Case} */
export const postgresRestore = {
  name: "postgres-restore",
  needs: ["initdb", "pg_dump", "pg_restore", "psql"],
  async run(world) {
    const { url, admin } = await world.cluster();
    const store = world.path("store");
    const dump = world.path("app.dump");
    await world.dbops(["backup", url, "--store", store]);
    await world.shell('pg_dump -Fc -d "$1" -f "$2"', url, dump);
    const into = url.replace("/app?", "/restored?");
    const reset = () => admin("DROP DATABASE IF EXISTS restored");
    /** @type {number[]} */
    const whole = [];
    const times = await inTurns(world.options.runs, {
      ours: {
        time: async () => {
          const args = ["restore", url, "--from", "latest", "--to", into, "--store", store, "--yes"];
          const ended = await world.dbops(args);
          whole.push(ended.durationMs);
          return ended.durationMs - verificationMs(ended);
        },
        reset,
      },
      theirs: {
        time: async () => {
          await admin("CREATE DATABASE restored");
          return (await world.shell('pg_restore -j2 -d "$1" "$2"', into, dump)).durationMs;
        },
        reset,
      },
    });
    await world.remove("store");
    await world.remove("app.dump");
    const { ours = Number.NaN, theirs = Number.NaN } = times;
    return [
      {
        what: `PostgreSQL restore without its verification (with it ${seconds(median(whole))}) : pg_restore -j2`,
        ours: seconds(ours),
        theirs: seconds(theirs),
        ratio: ours / theirs,
        target: 1.15,
        goal: null,
      },
    ];
  },
};

/**
 * What a restore spends on proving rather than loading: the check of the stored bytes before, the comparison after.
 * @param {import("../measure.js").Ended} ended
 */
function verificationMs({ notes }) {
  const at = (/** @type {string} */ title) => {
    const index = notes.findIndex(({ text }) => text.startsWith(`${title}:`));
    if (index < 1) throw new Error(`the restore did not report "${title}"`);
    return index;
  };
  // Phases report when they are done; the comparison begins where the loading ended.
  const compared = (notes[at("comparing every table")]?.atMs ?? 0) - (notes[at("loading")]?.atMs ?? 0);
  return compared + checkedMs(notes);
}

/** @param {import("../measure.js").Ended["notes"]} notes */
function checkedMs(notes) {
  const line = notes.find(({ text }) => text.startsWith("checking the backup:"))?.text ?? "";
  const [, amount, unit] = / in ([\d.]+) (ms|s)\b/.exec(line) ?? [];
  if (amount === undefined) throw new Error("the restore did not say how long its check took");
  return Number(amount) * (unit === "s" ? 1000 : 1);
}
