import { backUpTarget } from "../../lib/copy/back-up-target.js";
import type { CopyOutcome } from "../../lib/copy/copy-job.js";
import { readQueries, requireOutputs, writeReport } from "../../lib/copy/copy-outputs.js";
import type { CopyReport } from "../../lib/copy/copy-report.js";
import { obstacleWord } from "../../lib/copy/obstacle-word.js";
import { performCopy } from "../../lib/copy/perform-copy.js";
import { performWithin } from "../../lib/copy/perform-within.js";
import { type PreparedCopy, prepareCopy } from "../../lib/copy/prepare-copy.js";
import { prepareWithin } from "../../lib/copy/prepare-within.js";
import type { StepDescription } from "../../lib/core/plan.js";
import type { View } from "../../lib/core/view.js";
import { swapWaitMs } from "../../lib/restore/swap-wait.js";
import type { Context } from "../define.js";
import { copyPlanView } from "./copy-plan-view.js";
import { copySteps } from "./copy-steps.js";
import { requireFittingEngines } from "./fitting-engines.js";
import { type CopyWords, copyCommand, resumeCommand } from "./resume-command.js";
import { requireWithin, withinSteps, withinView } from "./within-view.js";

/** A copy that is decided: between two engines, or within one. */
export interface PreparedAct {
  readonly report: CopyReport;
  readonly tokens: readonly string[];
  readonly steps: readonly StepDescription[];
  readonly shows: View;
  readonly isRefused: boolean;
  run(): Promise<CopyOutcome>;
}

/** Looks at both sides and decides everything. */
export async function prepareAct(context: Context, words: CopyWords): Promise<PreparedAct> {
  const { input, from, to } = words;
  const rejects = context.path(input.rejects);
  await requireOutputs({ rejects, report: context.path(input.report), isResumed: input.resume !== null });
  return from.engine === to.engine ? await actWithin(context, words) : await actAcross(context, words, rejects);
}

async function actAcross(context: Context, words: CopyWords, rejects: string | null): Promise<PreparedAct> {
  const { input } = words;
  const [from, to] = [await context.engine(words.from.engine), await context.engine(words.to.engine)];
  requireFittingEngines(input.flagWords, { from, to });
  const checkQueries = await readQueries(context.path(input.checkQueries));
  const { isDryRun, isJson } = context.flags;
  const prepared = await prepareCopy({ ...words, wish: input, isOnlyLook: isDryRun }, context);
  if (!isDryRun || isJson) warnOf(context, prepared);
  const { run, report, tokens, plan } = prepared;
  const isRefused = plan.obstacles.length > 0;
  return {
    report,
    tokens,
    steps: copySteps(prepared, input),
    shows: copyPlanView(prepared, words),
    isRefused,
    run: async () => {
      if (input.backsUpFirst && !isRefused) await backUp(context, words);
      const order = { wish: input, checkQueries, rejects, resumeCommand: resumeCommand(run, words) };
      return await reported(context, input.report, await performCopy(prepared, order, context));
    },
  };
}

async function actWithin(context: Context, words: CopyWords): Promise<PreparedAct> {
  const { input } = words;
  requireWithin(input);
  const prepared = await prepareWithin({ ...words, wish: input, isOnlyLook: context.flags.isDryRun }, context);
  const { report, tokens } = prepared;
  const order = { wish: input, waitMs: swapWaitMs(context.flags.lockWaitMs), command: copyCommand(words, []) };
  return {
    report,
    tokens,
    steps: withinSteps(prepared),
    shows: withinView(prepared, words),
    isRefused: false,
    run: async () => await reported(context, input.report, await performWithin(prepared, order, context)),
  };
}

async function reported(context: Context, path: string | null, outcome: CopyOutcome): Promise<CopyOutcome> {
  await writeReport(context.path(path), outcome.report);
  return outcome;
}

/** A plan for people says it in place; the document has no place of its own for it. */
function warnOf({ progress, flags }: Context, { plan }: PreparedCopy): void {
  const obstacles = flags.isDryRun ? plan.obstacles : [];
  for (const one of obstacles)
    progress.warn([obstacleWord(one), ...(one.flag === null ? [] : [`(${one.flag})`])].join(" "));
  for (const warning of plan.warnings) progress.warn(warning);
}

async function backUp(context: Context, { to }: CopyWords): Promise<void> {
  await backUpTarget({ ...to, storage: context.store(null, to), scratch: context.scratch(null, to) }, context);
}
