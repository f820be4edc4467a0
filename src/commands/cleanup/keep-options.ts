import { parseDurationMs } from "../../lib/core/units.js";
import type { Context, OptionSpec, RawInput } from "../define.js";
import { optionCount, optionText } from "../options.js";

type Policy = Context["config"]["targets"][number]["backup"]["keep"];

/** The rules that flags replace. */
export type KeepFlags = Partial<Policy>;

const RULES = ["last", "daily", "weekly", "monthly", "yearly"] as const;

export const KEEP_OPTIONS = [
  { flags: "--keep-last <n>", help: "the newest ones, at least 1 (default 3)" },
  { flags: "--keep-daily <n>", help: "the newest of each of the last n days with a backup, in UTC (default 7)" },
  { flags: "--keep-weekly <n>", help: "the same for ISO weeks (default 4)" },
  { flags: "--keep-monthly <n>", help: "the same for months (default 12)" },
  { flags: "--keep-yearly <n>", help: "the same for years (default 0)" },
  { flags: "--keep-within <duration>", help: "everything that is at most this much older than the newest one" },
] as const satisfies readonly OptionSpec[];

/** USAGE.INVALID for what is no number or duration. */
export function keepFlags(raw: RawInput): KeepFlags {
  const counts = RULES.flatMap((rule) => {
    const count = optionCount(raw, `keep${rule.slice(0, 1).toUpperCase()}${rule.slice(1)}`, rule === "last" ? 1 : 0);
    return count === null ? [] : [[rule, count] as const];
  });
  const within = optionText(raw, "keepWithin");
  return { ...Object.fromEntries(counts), ...(within === null ? {} : { withinMs: parseDurationMs(within) }) };
}

/** Whether the policy is what somebody has configured: then applying it needs no further consent. */
export function isPolicyConfigured(config: Context["config"], target: string, flags: KeepFlags): boolean {
  if (Object.keys(flags).length > 0) return false;
  const prefixes = ["backup.keep.", `targets.${target}.backup.keep.`];
  return config.settings.some(
    ({ key, source }) => source !== "default" && prefixes.some((prefix) => key.startsWith(prefix)),
  );
}
