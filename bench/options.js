import { parseArgs } from "node:util";

/**
 * @typedef {object} BenchOptions
 * @property {string | null} only run the cases whose name contains this
 * @property {number} runs timed runs of each side
 * @property {number} sizeMb megabytes (10^6) of the SQLite database
 * @property {boolean} isHelp
 */

export const HELP = `Usage: npm run bench -- [options]

Times dbops against the programs that it is measured by, in turns, and prints the ratios of the medians.
Needs sqlite3, zstd, sha256sum and gzip for the SQLite cases, a PostgreSQL server's programs for the others;
a case whose programs are missing is left out and named.

  --only NAME   only the cases whose name contains NAME
  --runs N      timed runs of each side (default 5)
  --size MB     size of the SQLite database in megabytes (default 250)
  --help        this text

Work files go to TMPDIR (else /tmp) and are removed at the end.
`;

/**
 * @param {readonly string[]} argv
 * @returns {BenchOptions}
 */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      only: { type: "string" },
      runs: { type: "string", default: "5" },
      size: { type: "string", default: "250" },
      help: { type: "boolean", default: false },
    },
  });
  return {
    only: values.only ?? null,
    runs: positive(values.runs, "--runs"),
    sizeMb: positive(values.size, "--size"),
    isHelp: values.help,
  };
}

/**
 * @param {string} text
 * @param {string} flag
 * @returns {number}
 */
function positive(text, flag) {
  const number = Number(text);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${flag} needs a whole number above 0, not ${text}`);
}
