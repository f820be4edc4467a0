import { backupReport } from "../../lib/backup/backup-report.js";
import { asDbopsError, DbopsError, reportError } from "../../lib/core/errors.js";
import { type Context, defineCommand, type Outcome, type RawInput } from "../define.js";
import { optionFlag, optionText, targetWord } from "../options.js";
import { CREATE_OPTIONS, type CreateFlags, createFlags } from "./create-options.js";
import type { CreateData } from "./create-schema.js";
import { createView } from "./create-view.js";
import { sendBackup, takeBackup } from "./take-backup.js";

type Target = Context["config"]["targets"][number];

interface Input {
  readonly target: string | null;
  readonly isAll: boolean;
  readonly store: string | null;
  readonly flags: CreateFlags;
}

export const createCommand = defineCommand<Input, CreateData>({
  path: "backup create",
  summary: "take a backup and verify it",
  danger: "writes",
  examples: [
    ["dbops backup app", "back up the configured target `app`"],
    ["dbops backup ./app.db --store /srv/backups", "back up a SQLite file that no configuration names"],
    ["dbops backup app --verify restore", "restore it into a throw-away place and compare every table"],
    ["dbops backup --all --prune -q", "for crontab: every target, then retention, silent on success"],
  ],
  args: [{ name: "[target]", help: "a name in dbops.yaml, a SQLite file, a postgres:// URL or service:NAME" }],
  options: CREATE_OPTIONS,
  acceptsPassThrough: true,
  input: (raw) => ({
    target: targetWord(raw),
    isAll: isAll(raw),
    store: optionText(raw, "store"),
    flags: createFlags(raw),
  }),
  plan: async (context, input) => {
    const targets = input.isAll ? context.config.some(null) : [context.config.one(input.target)];
    return {
      targets: targets.map(({ name }) => name),
      steps: targets.map((target) => ({
        summary: `back up ${target.name} into ${input.store === "-" ? "stdout" : context.store(input.store, target).label}`,
        risk: "safe",
      })),
      run: () => (input.isAll ? takeAll(context, input, targets) : takeOnly(context, input, targets)),
    };
  },
  view: (data, _context, input) => createView(data, input),
  schema: async () => (await import("./create-schema.js")).createSchema,
});

async function takeOnly(context: Context, input: Input, [target]: readonly Target[]): Promise<Outcome<CreateData>> {
  if (target === undefined) throw noTargets();
  const isSent = input.store === "-";
  const taken = await (isSent ? sendBackup : takeBackup)(context, target, input);
  const { store, pruned, problem } = taken;
  const data = { backup: backupReport(taken.manifest), store, pruned };
  return { data, ...(problem === null ? {} : { error: problem, exit: problem.exitName }) };
}

async function takeAll(context: Context, input: Input, targets: readonly Target[]): Promise<Outcome<CreateData>> {
  if (targets.length === 0) throw noTargets();
  const backups = [];
  let first: DbopsError | null = null;
  for (const target of targets) {
    try {
      const { manifest, problem, pruned } = await takeBackup(context, target, input);
      const error = problem === null ? null : reportError(problem);
      backups.push({ target: target.name, ok: error === null, backup: backupReport(manifest), pruned, error });
    } catch (thrown) {
      context.signal.throwIfAborted();
      const failure = asDbopsError(thrown);
      first ??= failure;
      backups.push({ target: target.name, ok: false, backup: null, pruned: null, error: reportError(failure) });
    }
  }
  const data = { backups };
  // Nothing at all is not a part.
  if (first !== null && backups.every(({ backup }) => backup === null))
    return { data, error: first, exit: first.exitName };
  return { data, exit: backups.every(({ ok }) => ok) ? "OK" : "PARTIAL" };
}

function isAll(raw: RawInput): boolean {
  if (!optionFlag(raw, "all")) return false;
  if (targetWord(raw) === null) return true;
  throw new DbopsError("USAGE.INVALID", { message: "--all and a target exclude each other", hint: "give one of them" });
}

function noTargets(): DbopsError {
  return new DbopsError("USAGE.TARGET_MISSING", {
    message: "no target is configured",
    hint: "run `dbops init`, or name a target",
  });
}
