import { DbopsError } from "../../lib/core/errors.js";
import type { Severity } from "../../lib/findings/check-result.js";
import { SEVERITIES } from "../../lib/findings/severity-order.js";
import { defineCommand, type RawInput } from "../define.js";
import { optionChoice, optionFlag, optionList, optionText, STORE_OPTION } from "../options.js";
import type { CheckData } from "./check-schema.js";
import { checkView } from "./check-view.js";
import { lookAtAll } from "./look-at-all.js";

const FORMATS = ["table", "jsonl", "nagios", "prometheus", "openmetrics"] as const;
/** Those that a program collects: exit 0 says that there is something to collect. */
const COLLECTED: readonly string[] = ["prometheus", "openmetrics"];

export interface CheckInput {
  readonly targets: readonly string[];
  readonly store: string | null;
  readonly format: (typeof FORMATS)[number];
  readonly only: readonly string[];
  readonly skip: readonly string[];
  readonly failOn: Severity | null;
  readonly isStrict: boolean;
  readonly textfile: string | null;
  readonly baseline: string | null;
  readonly isBaselineUpdated: boolean;
}

export const checkCommand = defineCommand<CheckInput, CheckData>({
  path: "monitor check",
  summary: "look at live databases without harming them, and say what is wrong or will be",
  danger: "reads",
  ownsTimeout: true,
  examples: [
    ["dbops monitor", "every configured target, in a terminal"],
    ["dbops monitor app --fail-on warning", "exit 4 already for warnings"],
    ["dbops monitor --format nagios -t app", "as a monitoring plugin: one line, exit 0 to 3"],
    ["dbops monitor --textfile /var/lib/node_exporter/dbops.prom", "metrics for Prometheus, from cron"],
  ],
  args: [{ name: "[targets...]", help: "names in dbops.yaml, SQLite files, postgres:// URLs or service:NAME" }],
  options: [
    STORE_OPTION,
    { flags: "--format <format>", help: "how to print it (default table)", choices: FORMATS },
    { flags: "--only <checks>", help: "these checks alone, e.g. wal.size or wal for all of them", isRepeatable: true },
    { flags: "--skip <checks>", help: "all but these", isRepeatable: true },
    { flags: "--fail-on <severity>", help: "exit 4 from this severity on (default critical)", choices: SEVERITIES },
    { flags: "--strict", help: "exit 5 when a check had to be left out" },
    { flags: "--baseline <file>", help: "count only what is new or worse than in this file" },
    { flags: "--update-baseline", help: "write what is found now to that file" },
    { flags: "--textfile <file>", help: "also write Prometheus metrics to this file, as a whole" },
  ],
  input: readInput,
  plan: async (context, input) => {
    const words = input.targets.length === 0 ? [null] : input.targets;
    const targets = words.flatMap((word) => context.config.some(word));
    if (targets.length === 0) throw noTargets();
    return { targets: targets.map(({ name }) => name), steps: [], run: () => lookAtAll(context, input, targets) };
  },
  view: checkView,
  schema: async () => (await import("./check-schema.js")).checkSchema,
});

function readInput(raw: RawInput): CheckInput {
  const format = optionChoice(raw, "format", FORMATS);
  const flagged = optionText(raw, "target");
  if (format !== null && optionFlag(raw, "json")) throw twoFormats(format);
  const baseline = optionText(raw, "baseline");
  if (baseline === null && optionFlag(raw, "updateBaseline")) throw withoutBaseline();
  const collected = format !== null && COLLECTED.includes(format);
  return {
    targets: raw.args.length > 0 || flagged === null ? raw.args : [flagged],
    store: optionText(raw, "store"),
    format: format ?? "table",
    only: wordsOf(raw, "only"),
    skip: wordsOf(raw, "skip"),
    failOn: optionChoice(raw, "failOn", SEVERITIES) ?? (collected ? null : "critical"),
    isStrict: optionFlag(raw, "strict"),
    textfile: optionText(raw, "textfile"),
    baseline,
    isBaselineUpdated: optionFlag(raw, "updateBaseline"),
  };
}

function wordsOf(raw: RawInput, name: string): readonly string[] {
  return optionList(raw, name).flatMap((words) => words.split(",").filter((word) => word !== ""));
}

function twoFormats(format: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `--json and --format ${format} contradict each other`,
    why: "--json prints one document of its own",
    hint: "leave one of them out; --format jsonl prints a line for each check",
  });
}

function withoutBaseline(): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: "--update-baseline needs to know the file",
    hint: "add --baseline FILE",
  });
}

function noTargets(): DbopsError {
  return new DbopsError("USAGE.TARGET_MISSING", {
    message: "no target is configured",
    hint: "run `dbops init`, or name a path or URL",
  });
}
