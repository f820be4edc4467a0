import { backupHealth, type HealthFacts, healthLimits } from "../../lib/backup/backup-health.js";
import { readCatalog } from "../../lib/backup/catalog.js";
import { backupsByTarget, backupsOf } from "../../lib/backup/target-backups.js";
import { DbopsError } from "../../lib/core/errors.js";
import { parseDurationMs } from "../../lib/core/units.js";
import { type Context, defineCommand, type Outcome } from "../define.js";
import { optionText, STORE_OPTION, TARGET_ARGUMENT, targetWord } from "../options.js";
import { hasStoreAlone } from "./claimed-backups.js";
import type { HealthData } from "./health-schema.js";
import { healthView } from "./health-view.js";

interface Input {
  readonly target: string | null;
  readonly store: string | null;
  readonly maxAgeMs: readonly number[] | null;
}

export const healthCommand = defineCommand<Input, HealthData>({
  path: "backup health",
  summary: "exit 4 when the newest backup of a target is too old or damaged",
  danger: "reads",
  examples: [
    ["dbops backup health --max-age 25h,48h", "warning after 25 hours, critical after 48, for every target"],
    ["dbops backup health --store /mnt/backups --max-age 25h", "whatever a store holds, where no target is configured"],
  ],
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
    const configured = context.config.some(input.target);
    const looked = configured.length === 0 ? await lookAtStore(context, input) : null;
    const targets = looked?.map(({ backups }) => backups.target) ?? configured.map(({ name }) => name);
    return {
      targets: [...new Set(targets)],
      steps: [],
      run: async () => judge(looked ?? (await lookAtTargets(context, input, configured))),
    };
  },
  view: healthView,
  schema: async () => (await import("./health-schema.js")).healthDataSchema,
});

/** The configured targets, each in its own store and by its own clock. */
async function lookAtTargets(
  context: Context,
  { store, maxAgeMs }: Input,
  targets: Context["config"]["targets"],
): Promise<HealthFacts[]> {
  const looked: HealthFacts[] = [];
  for (const target of targets) {
    const limits = healthLimits(maxAgeMs ?? target.backup.maxAgeMs);
    const catalog = await readCatalog(context.store(store, target));
    const identity = await context.identityOf(target);
    const { backups, notice } = backupsOf(catalog, { target: target.name, identity });
    if (notice !== null) context.progress.note(notice);
    looked.push({ backups, limits, now: await context.serverTime(target) });
  }
  return looked;
}

/** What the store itself knows, where no target is configured. USAGE.TARGET_MISSING when that is nothing. */
async function lookAtStore(context: Context, input: Input): Promise<HealthFacts[]> {
  if (!hasStoreAlone(context, input)) throw nothingToLookAt(null);
  const { store, maxAgeMs } = input;
  const limits = healthLimits(maxAgeMs ?? context.config.backup.maxAgeMs);
  const catalog = await readCatalog(context.store(store, null));
  const known = backupsByTarget(catalog);
  if (known.length === 0) throw nothingToLookAt(catalog.storage.label);
  return known.map((backups) => ({ backups, limits, now: context.clock.now() }));
}

function judge(looked: readonly HealthFacts[]): Outcome<HealthData> {
  const health = looked.map(backupHealth);
  return { data: { health }, exit: health.every(({ status }) => status === "ok") ? "OK" : "FINDINGS" };
}

function nothingToLookAt(store: string | null): DbopsError {
  return new DbopsError("USAGE.TARGET_MISSING", {
    message: "no target is configured",
    why: store === null ? undefined : `the store ${store} is missing or holds no backups`,
    hint: "name a path or URL, or the store by --store DIR, or the configuration by --config FILE",
  });
}
