import { backupId } from "../../lib/backup/backup-name.js";
import { type CreatedBackup, namesTables } from "../../lib/backup/backup-request.js";
import { type BackupWish, backupRequest } from "../../lib/backup/backup-wish.js";
import { createBackup } from "../../lib/backup/create-backup.js";
import { unknownIdentity } from "../../lib/backup/marks.js";
import { markFailed } from "../../lib/backup/put-mark.js";
import { sourceDamaged } from "../../lib/backup/source-condition.js";
import { streamBackup } from "../../lib/backup/stream-backup.js";
import { runDigits } from "../../lib/backup/sweep-orphans.js";
import { asDbopsError, type DbopsError } from "../../lib/core/errors.js";
import type { DroppedBackup } from "../../lib/retention/plan-retention.js";
import { prune } from "../../lib/retention/prune.js";
import type { Context } from "../define.js";
import type { CreateFlags } from "./create-options.js";

type Target = Context["config"]["targets"][number];

export interface TakenBackup extends CreatedBackup {
  /** Where it is; null when it went to stdout. */
  readonly store: string | null;
  /** What retention has deleted; null when it was not asked. */
  readonly pruned: readonly DroppedBackup[] | null;
  /** What is wrong although the backup exists. */
  readonly problem: DbopsError | null;
}

export interface TakeOptions {
  readonly store: string | null;
  readonly flags: CreateFlags;
}

/** Backs up one target into its store, then lets retention go over it when that is wished. */
export async function takeBackup(
  context: Context,
  target: Target,
  { store, flags }: TakeOptions,
): Promise<TakenBackup> {
  const storage = context.store(store, target);
  const request = await backupRequest(await wish(context, flags, target), target);
  await using driver = await openOrMark(context, target, { storage, isPartial: namesTables(request.snapshot) });
  const identity = driver.identity.key;
  await using _lock = await context.lockStore(storage, identity);
  const created = await createBackup(driver, { ...request, storage }, context);
  const taken = { ...created, store: storage.label, pruned: null, problem: problemOf(created) };
  if (!flags.isPruning) return taken;
  try {
    const { clock, progress, signal } = context;
    const pruned = await prune(storage, { clock, progress, signal, identity, policy: target.backup.keep });
    return { ...taken, pruned };
  } catch (thrown) {
    context.signal.throwIfAborted();
    return { ...taken, problem: taken.problem ?? asDbopsError(thrown) };
  }
}

/** A database that cannot be reached is a failed backup like any other: list, health and retention must know. */
async function openOrMark(
  context: Context,
  target: Target,
  { storage, isPartial }: { readonly storage: ReturnType<Context["store"]>; readonly isPartial: boolean },
) {
  try {
    return await context.open(target);
  } catch (thrown) {
    context.signal.throwIfAborted();
    const { clock, run } = context;
    const id = backupId(target.name, clock.now(), runDigits(run));
    const identity = unknownIdentity(target.name);
    const failed = { id, target: target.name, identity, isPartial, error: asDbopsError(thrown) };
    if (target.isConfigured) await markFailed(storage, failed, context);
    throw thrown;
  }
}

/** Sends one finished backup to stdout. */
export async function sendBackup(context: Context, target: Target, { flags }: TakeOptions): Promise<TakenBackup> {
  const request = await backupRequest(await wish(context, flags, target), target);
  await using driver = await context.open(target);
  const options = { services: context, output: context.openData(), manifestFile: context.path(flags.manifest) };
  const created = await streamBackup(driver, request, options);
  return { ...created, store: null, pruned: null, problem: problemOf(created) };
}

function problemOf({ manifest, unproven }: CreatedBackup): DbopsError | null {
  return unproven ?? sourceDamaged(manifest);
}

async function wish(context: Context, flags: CreateFlags, target: Target): Promise<BackupWish> {
  const scratch = context.scratch(flags.scratch, target);
  return {
    ...flags,
    identity: context.path(flags.identity),
    passphrase: await context.secretFile(flags.passphraseFile),
    scratch,
  };
}
