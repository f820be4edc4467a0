/** Every exit code of dbops with its meaning; README, `dbops help exit-codes` and tests read this table. */
export const EXIT_CODES = {
  OK: { code: 0, meaning: "done" },
  BUG: { code: 1, meaning: "a bug in dbops" },
  USAGE: { code: 2, meaning: "wrong usage or configuration" },
  DECLINED: { code: 3, meaning: "declined at a prompt" },
  FINDINGS: {
    code: 4,
    meaning: "finished and found problems (corruption, drift, a threshold, pending with --exit-code)",
  },
  PARTIAL: { code: 5, meaning: "done in part" },
  UNREACHABLE: { code: 6, meaning: "cannot connect" },
  LOCKED: { code: 7, meaning: "locked: another run, or a lock time-out in the database (retryable)" },
  UNSUPPORTED: { code: 8, meaning: "unsupported, or a tool or extension is missing or too old" },
  RESOURCES: { code: 9, meaning: "no disk, quota or memory" },
  VERIFY: { code: 10, meaning: "verification failed (checksum, wrong key, damaged backup)" },
  FAILED: { code: 11, meaning: "the database or a child tool refused the work" },
  TIMEOUT: { code: 124, meaning: "time-out" },
  HANGUP: { code: 129, meaning: "ended by SIGHUP" },
  INTERRUPTED: { code: 130, meaning: "ended by Ctrl-C (SIGINT)" },
  TERMINATED: { code: 143, meaning: "ended by SIGTERM" },
} as const satisfies Record<string, { code: number; meaning: string }>;

/** Exit codes of a monitoring plugin (https://www.monitoring-plugins.org/doc/guidelines.html), taken with `--format nagios`. */
export const PLUGIN_EXIT_CODES = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const;

export type PluginState = keyof typeof PLUGIN_EXIT_CODES;
export type ExitName = keyof typeof EXIT_CODES;

/** The numeric exit code for a name of the table. */
export function exitCode(name: ExitName): number {
  return EXIT_CODES[name].code;
}
