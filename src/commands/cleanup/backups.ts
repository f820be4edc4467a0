import { type Catalog, type CatalogEntry, readCatalog } from "../../lib/backup/catalog.js";
import { ofTarget } from "../../lib/backup/select-backup.js";
import { applyRetention, requireWritableStore } from "../../lib/retention/apply-retention.js";
import { planForCatalog } from "../../lib/retention/plan-for-catalog.js";
import { type Context, defineCommand } from "../define.js";
import { optionText, STORE_OPTION, TARGET_ARGUMENT, targetWord } from "../options.js";
import type { BackupsData } from "./backups-schema.js";
import { backupsView, fatesView } from "./backups-view.js";
import { fatesOf } from "./fates.js";
import { isPolicyConfigured, KEEP_OPTIONS, type KeepFlags, keepFlags } from "./keep-options.js";

type Target = Context["config"]["targets"][number];

interface Input {
  readonly target: string | null;
  readonly store: string | null;
  readonly keep: KeepFlags;
}

interface Scope {
  readonly catalog: Catalog;
  /** The target's backups. */
  readonly entries: readonly CatalogEntry[];
}

export const backupsCommand = defineCommand<Input, BackupsData>({
  path: "cleanup backups",
  summary: "delete the backups that no retention rule keeps",
  danger: "locks",
  examples: [
    ["dbops cleanup backups app --dry-run", "what would be kept and dropped, with the reasons"],
    ["dbops cleanup backups app", "apply the configured policy"],
    ["dbops cleanup backups app --keep-last 2 --keep-daily 0 --yes", "free space: a flag replaces its own rule only"],
  ],
  args: [TARGET_ARGUMENT],
  options: [STORE_OPTION, ...KEEP_OPTIONS],
  input: (raw) => ({ target: targetWord(raw), store: optionText(raw, "store"), keep: keepFlags(raw) }),
  plan: async (context, input) => {
    const target = context.config.one(input.target);
    const { catalog, entries } = await lockedScope(context, input, target);
    const policy = { ...target.backup.keep, ...input.keep };
    const plan = planForCatalog(catalog, { entries, policy, now: context.clock.now() });
    const data = fatesOf(plan, entries);
    const risk = isPolicyConfigured(context.config, target.name, input.keep) ? "safe" : "locks";
    return {
      targets: [target.name],
      steps: plan.dropped.map(({ id, reason }) => ({ summary: `delete ${id}: ${reason}`, risk })),
      consent: { tokens: [], shows: fatesView(data) },
      run: async () => {
        if (plan.held !== null) context.progress.warn(`nothing new may go: ${plan.held}`);
        const freedBytes = await applyRetention(catalog, plan.dropped, context);
        return { data: { ...data, freedBytes }, exit: plan.held === null ? "OK" : "FINDINGS" };
      },
    };
  },
  view: (data, context, { target: word, store }) => {
    const target = context.config.one(word);
    const storeOfIds = store ?? (target.isConfigured ? null : context.store(null, target).label);
    return backupsView(data, { target: word, store, storeOfIds });
  },
  schema: async () => (await import("./backups-schema.js")).backupsSchema,
});

/** The target's backups as they are once nobody else can change them; a dry run only looks. */
async function lockedScope(context: Context, input: Input, target: Target): Promise<Scope> {
  const storage = context.store(input.store, target);
  const identity = await context.identityOf(target);
  const seen = scopeOf(await readCatalog(storage), target, identity);
  if (context.flags.isDryRun || seen.entries.length === 0) return seen;
  await requireWritableStore(storage);
  for (const own of new Set(seen.entries.map(({ manifest }) => manifest.identity))) {
    await context.lockStore(storage, own);
  }
  return scopeOf(await readCatalog(storage), target, identity);
}

/** Only this very database's backups are touched; by name alone when it cannot be reached and the name is of one database. */
function scopeOf(catalog: Catalog, { name }: Target, identity: string | null): Scope {
  if (identity === null) return { catalog, entries: ofTarget(catalog, { target: name, identity }).entries };
  return { catalog, entries: catalog.entries.filter(({ manifest }) => manifest.identity === identity) };
}
