import { backUpFirst, type SafetyBackup } from "../../lib/restore/back-up-first.js";
import { consentTokens, openDestination } from "../../lib/restore/open-destination.js";
import { performRestore } from "../../lib/restore/perform-restore.js";
import { type PreparedRestore, prepareRestore } from "../../lib/restore/prepare-restore.js";
import { serviceOf } from "../../lib/restore/service-window.js";
import { readSourceWish } from "../../lib/restore/source-wish.js";
import { swapWaitMs } from "../../lib/restore/swap-wait.js";
import { type Context, defineCommand, type Outcome } from "../define.js";
import { TARGET_ARGUMENT } from "../options.js";
import { pickBackup } from "./pick-backup.js";
import { planView } from "./plan-view.js";
import { runData } from "./run-data.js";
import { RUN_OPTIONS, type RunInput, runInput } from "./run-options.js";
import type { RunData } from "./run-schema.js";
import { runSteps } from "./run-steps.js";
import { runView } from "./run-view.js";

type Target = Context["config"]["targets"][number];

interface Chosen {
  /** Whose backups are meant. */
  readonly origin: Target;
  /** What is changed. */
  readonly target: Target;
}

interface Ready {
  readonly chosen: Chosen;
  readonly prepared: PreparedRestore;
}

export const runCommand = defineCommand<RunInput, RunData>({
  path: "restore run",
  summary: "load a backup beside a database, prove it equal, and swap it in",
  danger: "destroys",
  examples: [
    ["dbops restore app", "pick a backup, see what would be lost, decide"],
    ["dbops restore app --from latest --dry-run", "only look: backup, losses, checks"],
    ["dbops restore app --before 2h --confirm app", "the newest backup that is older than two hours"],
    ["dbops restore app --from latest --to ./copy.db", "into another place"],
  ],
  args: [TARGET_ARGUMENT],
  options: RUN_OPTIONS,
  input: runInput,
  plan: async (context, input) => {
    const origin = context.config.one(input.target);
    const chosen = { origin, target: input.to === null ? origin : context.config.one(input.to) };
    const service = serviceOf(chosen.target, input.withService);
    context.scratch(input.scratch, chosen.target);
    const prepared = await prepare(context, input, chosen);
    const { disconnect } = input;
    const waitMs = swapWaitMs(context.flags.lockWaitMs);
    return {
      targets: [...new Set([chosen.target.name, origin.name])],
      steps: runSteps(prepared, service),
      consent: { tokens: consentTokens(prepared.destination), shows: planView(prepared, context.clock.now()) },
      run: async (): Promise<Outcome<RunData>> => {
        const options = {
          disconnect,
          waitMs,
          service,
          afterLoad: [],
          backUpFirst: () => backUp(context, input, { chosen, prepared }),
        };
        const result = await performRestore(prepared, options, context);
        const data = runData(prepared, result);
        return result.error === null ? { data } : { data, error: result.error, exit: result.error.exitName };
      },
    };
  },
  view: (data, _context, input) => runView(data, input),
  schema: async () => (await import("./run-schema.js")).runSchema,
});

async function prepare(context: Context, input: RunInput, { origin, target }: Chosen): Promise<PreparedRestore> {
  const wish = await readSourceWish(input, { cwd: context.cwd, now: context.clock.now() });
  const isOnlyLook = context.flags.isDryRun;
  const { disconnect } = input;
  const passphrase = (await context.secretFile(input.passphraseFile)) ?? origin.backup.passphrase;
  const identity = context.path(input.identity) ?? origin.backup.identity;
  const request = {
    origin,
    wish,
    openStore: () => context.store(input.store, origin),
    keys: { identity, passphrase },
    load: { jobs: input.jobs, isInPlace: input.isInPlace },
    pick: pickBackup(context),
    isOnlyLook,
  };
  return await prepareRestore(request, await openDestination(target, context, { isOnlyLook, disconnect }), context);
}

/** Into the destination's own store. */
async function backUp(
  context: Context,
  input: RunInput,
  { chosen: { target }, prepared }: Ready,
): Promise<SafetyBackup> {
  const storage = context.store(input.store, target);
  const scratch = context.scratch(input.scratch, target);
  return await backUpFirst({ ...target, storage, scratch }, prepared, context);
}
