import { stat } from "node:fs/promises";
import { inTurns } from "../measure.js";
import { megabytes, seconds } from "../table.js";

/** @type {import("../case.js").Case} */
export const postgresBackup = {
  name: "postgres-backup",
  needs: ["initdb", "pg_dump", "psql", "zstd"],
  async run(world) {
    const { url } = await world.cluster();
    const sizes = { ours: 0, theirs: 0 };
    const backup = async (/** @type {readonly string[]} */ ...flags) => {
      const { durationMs } = await world.dbops(["backup", url, "--store", world.path("store"), ...flags]);
      sizes.ours = await world.largest("store");
      return durationMs;
    };
    const reset = () => world.remove("store");
    const times = await inTurns(world.options.runs, {
      plain: { time: () => backup("--fingerprint", "none"), reset },
      hashed: { time: () => backup(), reset },
      theirs: {
        time: async () => {
          const { durationMs } = await world.shell('pg_dump -Fc -d "$1" -f "$2"', url, world.path("app.dump"));
          sizes.theirs = (await stat(world.path("app.dump"))).size;
          return durationMs;
        },
        reset: () => world.remove("app.dump"),
      },
    });
    const { plain = Number.NaN, hashed = Number.NaN, theirs = Number.NaN } = times;
    const against = { theirs: seconds(theirs) };
    return [
      {
        what: "PostgreSQL backup --fingerprint none : pg_dump -Fc",
        ours: seconds(plain),
        ...against,
        ratio: plain / theirs,
        target: 0.7,
        goal: 0.5,
      },
      {
        what: "PostgreSQL backup with hashes : pg_dump -Fc",
        ours: seconds(hashed),
        ...against,
        ratio: hashed / theirs,
        target: 1,
        goal: 0.8,
      },
      {
        what: "PostgreSQL backup, size of the file : pg_dump -Fc",
        ours: megabytes(sizes.ours),
        theirs: megabytes(sizes.theirs),
        ratio: sizes.ours / sizes.theirs,
        target: 1,
        goal: null,
      },
    ];
  },
};
