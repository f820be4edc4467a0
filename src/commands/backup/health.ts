import { type BackupHealth, backupHealth, healthLimits } from "../../lib/backup/backup-health.js";
import { readCatalog } from "../../lib/backup/catalog.js";
import { ofTarget } from "../../lib/backup/select-backup.js";
import { formatDuration, parseDurationMs } from "../../lib/core/units.js";
import type { View } from "../../lib/core/view.js";
import { type Context, defineCommand, type Outcome } from "../define.js";
import { again, optionText, STORE_OPTION, TARGET_ARGUMENT, targetWord } from "../options.js";
import type { HealthData } from "./health-schema.js";

interface Input {
  readonly target: string | null;
  readonly store: string | null;
  readonly maxAgeMs: readonly number[] | null;
}

export const healthCommand = defineCommand<Input, HealthData>({
  path: "backup health",
  summary: "exit 4 when the newest backup of a target is too old",
  danger: "reads",
  examples: [["dbops backup health --max-age 25h,48h", "warning after 25 hours, critical after 48, for every target"]],
  args: [TARGET_ARGUMENT],
  options: [
    STORE_OPTION,
    { flags: "--max-age <ages>", help: "warning and critical age, e.g. 25h,48h; one age is critical" },
  ],
  input: (raw) => {
    const ages = optionText(raw, "maxAge");
    return {
      target: targetWord(raw),
      store: optionText(raw, "store"),
      maxAgeMs: ages === null ? null : ages.split(",").map(parseDurationMs),
    };
  },
  plan: async (context, input) => {
    const targets = context.config.some(input.target);
    return { targets: targets.map(({ name }) => name), steps: [], run: () => judge(context, input, targets) };
  },
  view,
  schema: async () => (await import("./health-schema.js")).healthDataSchema,
});

async function judge(
  context: Context,
  input: Input,
  targets: Context["config"]["targets"],
): Promise<Outcome<HealthData>> {
  const health: BackupHealth[] = [];
  for (const target of targets) {
    const limits = healthLimits(input.maxAgeMs ?? target.backup.maxAgeMs);
    const catalog = await readCatalog(context.store(input.store, target));
    const identity = await context.identityOf(target);
    const { entries, notice } = ofTarget(catalog, { target: target.name, identity });
    if (notice !== null) context.progress.note(notice);
    const failures = catalog.failures.filter((failure) => failure.target === target.name && !failure.isPartial);
    const now = await context.serverTime(target);
    health.push(backupHealth({ target: target.name, entries, failures, limits, now }));
  }
  return { data: { health }, exit: health.every(({ status }) => status === "ok") ? "OK" : "FINDINGS" };
}

const TONES = { ok: "good", warning: "warn", critical: "bad" } as const;

function view({ health }: HealthData, _context: Context, input: Input): View {
  const columns = [
    { title: "target" },
    { title: "status" },
    { title: "newest", align: "right" },
    { title: "newest proven", align: "right" },
    { title: "because" },
  ] as const;
  const age = (seconds: number | null) => (seconds === null ? "none" : `${formatDuration(seconds * 1000)} ago`);
  const rows = health.map(({ target, status, reason, ageSeconds, provenAgeSeconds, lastFailure }) => [
    target,
    { text: status, tone: TONES[status] },
    age(ageSeconds),
    age(provenAgeSeconds),
    lastFailure === null ? reason : `${reason}; last failure ${lastFailure}`,
  ]);
  const late = health.find(({ status }) => status !== "ok");
  return {
    blocks: [{ kind: "table", columns, rows, empty: "no targets" }],
    next:
      late === undefined
        ? again("backup list", input)
        : again("backup", { ...input, target: input.target ?? late.target }),
  };
}
