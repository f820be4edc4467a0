import { backUpTarget } from "../../lib/copy/back-up-target.js";
import { copyExit } from "../../lib/copy/copy-exit.js";
import type { CopyOutcome } from "../../lib/copy/copy-job.js";
import { readQueries, requireOutputs, writeReport } from "../../lib/copy/copy-outputs.js";
import { performCopy } from "../../lib/copy/perform-copy.js";
import { type PreparedCopy, prepareCopy } from "../../lib/copy/prepare-copy.js";
import { type Context, defineCommand, type Outcome } from "../define.js";
import { copyPlanView } from "./copy-plan-view.js";
import { type CopyRunInput, copyRunInput } from "./copy-run-input.js";
import { COPY_RUN_OPTIONS } from "./copy-run-options.js";
import type { CopyRunData } from "./copy-run-schema.js";
import { copyRunView } from "./copy-run-view.js";
import { copySteps } from "./copy-steps.js";
import { resumeCommand } from "./resume-command.js";

type Target = Context["config"]["targets"][number];

export const copyRunCommand = defineCommand<CopyRunInput, CopyRunData>({
  path: "migrate copy run",
  summary: "copy a database into another one, of another engine too, and prove both equal",
  danger: "destroys",
  examples: [
    ["dbops migrate copy app.db postgres://app@db/app --dry-run", "which types, why, and what would be left behind"],
    ["dbops migrate copy app.db postgres://app@db/app", "built unseen, compared, and made visible in one act"],
    ["dbops migrate copy service:app ./app.db --allow-uncarried=triggers", "PostgreSQL into a new SQLite file"],
    ["dbops migrate copy app.db app --on-mismatch widen --invalid-utf8 bytea", "whatever is in the file, it loads"],
  ],
  args: [
    { name: "<from>", help: "what is copied: a name, path or URL; it is only read" },
    { name: "<to>", help: "where to: a name, a URL, or a path, which need not exist yet" },
  ],
  options: COPY_RUN_OPTIONS,
  input: copyRunInput,
  plan: async (context, input) => {
    const [from, to] = [context.config.one(input.from), context.config.one(input.to)];
    const rejects = context.path(input.rejects);
    const outputs = { rejects, report: context.path(input.report), isResumed: input.resume !== null };
    await requireOutputs(outputs);
    const checkQueries = await readQueries(context.path(input.checkQueries));
    const { isDryRun } = context.flags;
    const prepared = await prepareCopy({ from, to, wish: input, isOnlyLook: isDryRun }, context);
    const view = copyPlanView(prepared, { input, from, to });
    if (isDryRun && context.flags.isJson) warnOf(context, prepared);
    return {
      targets: [from.name, to.name],
      steps: copySteps(prepared, input),
      consent: { tokens: prepared.tokens, shows: view },
      preview: { data: prepared.report, view, exit: prepared.plan.obstacles.length > 0 ? "FINDINGS" : "OK" },
      run: async (): Promise<Outcome<CopyRunData>> => {
        if (input.backsUpFirst && prepared.plan.obstacles.length === 0) await backUp(context, to);
        const command = resumeCommand(prepared.run, { input, from, to });
        const order = { wish: input, checkQueries, rejects, resumeCommand: command };
        const outcome = await performCopy(prepared, order, context);
        await writeReport(outputs.report, outcome.report);
        return outcomeOf(outcome);
      },
    };
  },
  view: (data, _context, input) => copyRunView(data, input),
  schema: async () => (await import("./copy-run-schema.js")).copyRunSchema,
});

function outcomeOf({ report, error }: CopyOutcome): Outcome<CopyRunData> {
  return error === null ? { data: report, exit: copyExit(report) } : { data: report, error, exit: error.exitName };
}

/** The document has no place of its own for them. */
function warnOf({ progress }: Context, { plan }: PreparedCopy): void {
  for (const { what, flag } of plan.obstacles) progress.warn(flag === null ? what : `${what} (${flag})`);
  for (const warning of plan.warnings) progress.warn(warning);
}

async function backUp(context: Context, to: Target): Promise<void> {
  await backUpTarget({ ...to, storage: context.store(null, to), scratch: context.scratch(null, to) }, context);
}
