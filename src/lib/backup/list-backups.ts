import { z } from "zod";
import type { KeepPolicy } from "../config/backup-settings.js";
import { keptAs } from "../retention/kept-as.js";
import { planForCatalog } from "../retention/plan-for-catalog.js";
import { backupReport, backupReportSchema } from "./backup-report.js";
import { backupState, failedState, STATE_KINDS } from "./backup-state.js";
import type { Catalog, CatalogEntry } from "./catalog.js";
import { placeSchema } from "./marks.js";
import { ofTarget, type Wanted } from "./select-backup.js";

const stateSchema = z.object({ kind: z.enum(STATE_KINDS), text: z.string() });
const proofSchema = z.object({
  at: z.string(),
  durationMs: z.int(),
  hashed: z.int(),
  counted: z.int(),
  host: z.string(),
});

/** A backup in `backup list`. */
export const listedBackupSchema = backupReportSchema.extend({
  store: z.string(),
  state: stateSchema,
  ageSeconds: z.int(),
  proofs: z.array(proofSchema),
  keptAs: z.string().nullable(),
  /** Where the newest verification found it damaged, if that is known. */
  damagedAt: placeSchema.nullable(),
});
export type ListedBackup = z.infer<typeof listedBackupSchema>;

/** A run that left no backup, in `backup list`. */
export const failedRunSchema = z.object({
  id: z.string(),
  target: z.string(),
  store: z.string(),
  at: z.string(),
  ageSeconds: z.int(),
  code: z.string(),
  state: stateSchema,
});
export type FailedRunReport = z.infer<typeof failedRunSchema>;

export interface ListOptions {
  /** null = everything in the store. */
  readonly wanted: Wanted | null;
  readonly policyOf: (name: string) => KeepPolicy;
  readonly now: Date;
}

export interface Listing {
  readonly backups: readonly ListedBackup[];
  readonly failures: readonly FailedRunReport[];
  readonly notice: string | null;
}

/** What a store holds, newest first, with state and what retention keeps each as. */
export function listBackups(catalog: Catalog, { wanted, policyOf, now }: ListOptions): Listing {
  const { entries, notice } = ofTarget(catalog, wanted);
  const kept = keepReasonsOf(catalog, { policyOf, now });
  const store = catalog.storage.label;
  const names = new Set(entries.map(({ manifest }) => manifest.target));
  const failures = catalog.failures
    .filter(({ target }) => wanted === null || target === wanted.target || names.has(target))
    .map((mark) => {
      const { id, target, at, code } = mark;
      return { id, target, store, at, ageSeconds: secondsBetween(at, now), code, state: failedState(mark) };
    });
  return { backups: entries.map((entry) => listed(entry, { store, now, keptAs: kept(entry) })), failures, notice };
}

function listed(entry: CatalogEntry, facts: { store: string; now: Date; keptAs: string | null }): ListedBackup {
  const { manifest, proofs } = entry;
  return {
    ...backupReport(manifest),
    store: facts.store,
    state: backupState(entry, facts.now),
    ageSeconds: secondsBetween(manifest.takenAt, facts.now),
    proofs: proofs.map(({ at, durationMs, hashed, counted, host }) => ({ at, durationMs, hashed, counted, host })),
    keptAs: facts.keptAs,
    damagedAt: entry.damaged?.place ?? null,
  };
}

function keepReasonsOf(catalog: Catalog, { policyOf, now }: Pick<ListOptions, "policyOf" | "now">) {
  const names = [...new Set(catalog.entries.map(({ manifest }) => manifest.target))];
  const plans = new Map(
    names.map((name) => {
      const entries = catalog.entries.filter(({ manifest }) => manifest.target === name);
      return [name, planForCatalog(catalog, { entries, policy: policyOf(name), now })];
    }),
  );
  return ({ manifest }: CatalogEntry): string | null => {
    const plan = plans.get(manifest.target);
    return plan === undefined ? null : keptAs(plan, manifest.id);
  };
}

function secondsBetween(at: string, now: Date): number {
  return Math.round((now.getTime() - Date.parse(at)) / 1000);
}
