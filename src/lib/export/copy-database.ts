import type { NotCarried, Obstacle } from "../../drivers/copy-source-model.js";
import type { CopyReport } from "../copy/copy-report.js";
import { refusal } from "../copy/obstacle-word.js";
import { planCopy } from "../copy/plan-copy.js";
import { plannedReport } from "../copy/planned-report.js";
import { reportNotCarried } from "../copy/report-not-carried.js";
import { runCopy } from "../copy/run-copy.js";
import { USUAL_CHOICES } from "../copy/usual-choices.js";
import { DbopsError } from "../core/errors.js";
import { qualifiedName } from "../core/named.js";
import type { ChosenRows } from "./choose-rows.js";
import { databaseEngine } from "./database-engine.js";
import type { ExportJob } from "./export-job.js";
import type { ExportReport } from "./export-report.js";
import type { WrittenRows } from "./read-rows.js";

const PLACE = {
  mode: "new",
  isResumed: false,
  isReplacing: false,
  isStrict: true,
  numeric: "text",
  schema: null,
  disableTriggers: false,
  jobs: USUAL_CHOICES.jobs,
} as const;
/** Nobody takes it up again, and nobody else asks how far it is. */
const ALONE = {
  isResumed: false,
  content: "all",
  jobs: USUAL_CHOICES.jobs,
  rejects: null,
  checkQueries: null,
  resumeCommand: null,
  onProgress: () => {},
} as const;

export interface CopiedDatabase {
  readonly written: readonly WrittenRows[];
  readonly notCarried: ExportReport["notCarried"];
}

/** Makes a new database file of another engine's tables: a copy, with its rules for types and its proof. COPY.*, OUTPUT.*. */
export async function copyDatabase(path: string, job: ExportJob): Promise<CopiedDatabase> {
  const { driver, services, defined, chosen } = job;
  const { run, driverContext: context } = services;
  const engine = await databaseEngine(services);
  const address = { engine: engine.name, name: path, location: path };
  await using target = await engine.openCopyTarget(address, { ...PLACE, run }, context);
  const tables = defined === null ? [] : defined.map(qualifiedName);
  const choices = { ...USUAL_CHOICES, tables };
  await using source = await driver.openCopySource(choices);
  const plan = planCopy({
    catalog: await source.catalog(),
    existing: null,
    target,
    sourceEngine: driver.engine,
    targetEngine: engine.name,
    choices,
    isFolding: false,
    usesOrigin: false,
  });
  requireNothingInTheWay(plan.obstacles);
  const facts = { run, plan, allowed: [], from: driver.label, to: target.label, snapshot: source.snapshot };
  const planReport = plannedReport(facts);
  const { report, error } = await runCopy({ ...ALONE, run, source, target, plan, planReport, classify, context });
  if (error !== null) throw error;
  return { written: chosen.map((one) => writtenRows(one, report)), notCarried: countedOf(report) };
}

/** The flags that would help are those of another command. */
function requireNothingInTheWay(obstacles: readonly Obstacle[]): void {
  const refused = refusal(obstacles);
  if (refused === null) return;
  const flags = [...new Set(obstacles.flatMap(({ flag }) => flag ?? []))].join(" ");
  throw new DbopsError(refused.code, {
    message: refused.message,
    why: refused.why ?? undefined,
    hint: `\`dbops migrate copy\` makes such a file too, and has flags for what does not fit: ${flags === "" ? "see its --dry-run" : flags}`,
  });
}

function classify(notCarried: readonly NotCarried[]): CopyReport["notCarried"] {
  return reportNotCarried({ notCarried, notes: [] }, []);
}

function countedOf({ notCarried }: CopyReport): CopiedDatabase["notCarried"] {
  return notCarried.flatMap(({ kind, name, class: how, reason }) =>
    kind === "notes" || how !== "counted" ? [] : [{ kind, name, reason }],
  );
}

/** Rows went from table to table, never as text. */
function writtenRows(chosen: ChosenRows, { tables }: CopyReport): WrittenRows {
  const name = chosen.table === null ? chosen.key : qualifiedName(chosen.table);
  const rows = tables.find(({ source }) => source === name)?.rows ?? 0;
  return { chosen, rows, bytes: null, mixed: [], blobs: [], numbers: [], unsafeText: [], nonFinite: [] };
}
