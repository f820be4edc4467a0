import { createRequire } from "node:module";

export interface CrontabRequest {
  /** Absolute path of the dbops.yaml. */
  readonly config: string;
  readonly targets: readonly string[];
}

/** Lines for `crontab -e`: absolute paths of node and dbops, because cron's PATH is short and may lack both. */
export function crontabLines({ config, targets }: CrontabRequest): readonly string[] {
  if (targets.length === 0) return [];
  const script = createRequire(import.meta.url).resolve("#program");
  const dbops = (...words: readonly string[]): string =>
    [process.execPath, script, ...words, "--quiet", "--config", config].map(quoted).join(" ");
  return [
    `15 2 * * * ${dbops("backup", "--all", "--prune")}`,
    ...targets.map((target, index) => `${(index * 7) % 60} 4 * * 0 ${dbops("backup", "drill", "-t", target)}`),
    `0 9 * * * ${dbops("backup", "health", "--max-age", "25h,48h")}`,
  ];
}

/** For sh as cron starts it: `%` would end the command and begin its standard input, so it is escaped. */
function quoted(word: string): string {
  const safe = /^[A-Za-z0-9_./:@+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
  return safe.replaceAll("%", "\\%");
}
