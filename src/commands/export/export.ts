import { qualifiedName } from "../../lib/core/named.js";
import type { StepDescription } from "../../lib/core/plan.js";
import { formatNumberOf } from "../../lib/core/units.js";
import type { ExportJob } from "../../lib/export/export-job.js";
import { findOutput } from "../../lib/export/find-output.js";
import { performExport } from "../../lib/export/perform-export.js";
import { prepareExport } from "../../lib/export/prepare-export.js";
import { type Context, defineCommand, type Outcome } from "../define.js";
import { TARGET_ARGUMENT, targetWord } from "../options.js";
import { EXPORT_OPTIONS, type ExportFlags, exportFlags } from "./export-options.js";
import type { ExportData } from "./export-schema.js";
import { exportView } from "./export-view.js";

interface Input {
  readonly target: string | null;
  readonly flags: ExportFlags;
}

export const exportCommand = defineCommand<Input, ExportData>({
  path: "export",
  summary: "write tables as CSV, JSON, SQL or a SQLite file, exact and of one moment",
  danger: "writes",
  examples: [
    ["dbops export app --table orders -o orders.csv.zst", "one table; the name says how"],
    ["dbops export app -o export/", "every table, with schema and manifest, so that nothing is lost"],
    ["dbops export app --table orders --where 'total > 100' -o - | head", "rows for other programs"],
    ["dbops export app --query 'SELECT * FROM a JOIN b USING (id)' -o report.json", "whatever a SELECT gives"],
  ],
  args: [TARGET_ARGUMENT],
  options: EXPORT_OPTIONS,
  input: (raw) => ({ target: targetWord(raw), flags: exportFlags(raw) }),
  plan: async (context, { target: word, flags }) => {
    const { output } = flags.form;
    const path = output === "-" ? null : context.path(output.replace(/(?<=.)\/+$/, ""));
    const place = await findOutput(flags.form, path);
    const target = context.config.one(word);
    const driver = await context.open(target);
    const job = await prepareExport(driver, { ...flags, ...place }, context);
    return {
      targets: [target.name],
      steps: await stepsOf(job, path, context.flags.isDryRun),
      run: async (): Promise<Outcome<ExportData>> => {
        const made = await performExport(job, { ...place, openData: () => context.openData() });
        return outcomeOf({ export: { target: target.name, output: path ?? "-", ...made } }, context);
      },
    };
  },
  view: (data) => exportView(data),
  schema: async () => (await import("./export-schema.js")).exportSchema,
});

/** What --lossy let pass in CSV, and what another engine's file cannot have, is told and is no whole success. */
function outcomeOf(data: ExportData, { progress }: Context): Outcome<ExportData> {
  const { format } = data.export;
  const inexact = format === "csv" || format === "tsv" ? data.export.tables : [];
  const lossy = inexact.flatMap(({ name, mixed, unsafeText }) =>
    [
      ...mixed.map((column) => [column, "mixes numbers, text and blobs; the file does not say which is which"]),
      ...unsafeText.map((column) => [column, "has text that holds NUL or is not UTF-8; readers cut or change it"]),
    ].map(([column, trouble]) => `${name ?? "the query"}: column ${column} ${trouble}`),
  );
  const left = data.export.notCarried.map(({ kind, name, reason }) => `not carried: ${name} (${kind}): ${reason}`);
  for (const warning of [...lossy, ...left]) progress.warn(warning);
  return { data, exit: lossy.length + left.length > 0 ? "PARTIAL" : "OK" };
}

/** How many rows there are is worth a question only where the plan is shown. */
async function stepsOf(job: ExportJob, path: string | null, isShown: boolean): Promise<StepDescription[]> {
  const steps: StepDescription[] = [];
  for (const { table, source } of job.chosen) {
    const what = table === null ? "the rows of the query" : qualifiedName(table);
    const rows = isShown ? await job.view.estimate(source) : null;
    const count = rows === null ? "" : ` (about ${formatNumberOf("row", Math.round(rows))})`;
    steps.push({ summary: `write ${what}${count} to ${path ?? "stdout"}`, risk: "safe" });
  }
  return steps;
}
