import type { Driver, DriverContext } from "../../drivers/driver.js";
import { asDbopsError, DbopsError } from "../core/errors.js";
import type { ExitName } from "../core/exit-codes.js";
import { formatCount, formatNumberOf } from "../core/units.js";
import type { ImportPlan } from "./import-plan.js";
import type { ImportedTable, ImportReport } from "./import-report.js";
import { locateFaults } from "./locate-faults.js";
import { type ImportOptions, type ImportResult, performImport } from "./perform-import.js";
import { previewRecords } from "./preview-records.js";
import { type Reject, refusals } from "./reject.js";
import { writeRejects } from "./rejects-file.js";
import { importReport, plannedTable } from "./report-import.js";

/** How much of a faulty input a check lists. */
const CHECKED = 1000;

export interface ImportOrder extends Omit<ImportOptions, "isTrial"> {
  readonly act: "import" | "check" | "validate" | { readonly preview: number };
  /** Where rejects are written; null = nowhere. */
  readonly rejects: string | null;
}

export interface ImportOutcome {
  readonly report: ImportReport;
  readonly exit: ExitName;
  readonly error: DbopsError | null;
}

export interface ImportServices {
  readonly driver: Driver;
  readonly context: DriverContext;
}

/** Looks, tries or loads, as ordered; what is wrong with records, or with their rejects' file, is a result. IMPORT.*, DB.*. */
export async function finishImport(
  plan: ImportPlan,
  order: ImportOrder,
  services: ImportServices,
): Promise<ImportOutcome> {
  const { clock } = services.context;
  const startedMs = clock.monotonicMs();
  if (typeof order.act === "object") return await preview(plan, order.act.preview, services);
  const isCheckFirst = order.act !== "import";
  const trial = isCheckFirst ? await tried(plan, order, services) : null;
  const isRefused = trial !== null && (order.act === "check" || trial.rejects.length > order.maxErrors);
  const result = isRefused ? trial : await performed(plan, { ...order, isTrial: false }, services);
  const { rejects } = result;
  const unwritten = await unwrittenRejects(order, { rejects, committed: result.committed });
  const facts = {
    plan,
    did: isRefused ? "check" : "import",
    target: services.driver.label,
    rejectsFile: unwritten === null && rejects.length > 0 ? order.rejects : null,
    durationMs: Math.round(clock.monotonicMs() - startedMs),
  } as const;
  const report = importReport(facts, result);
  const refused = isRefused || result.isWhole ? null : refusal(result, order);
  if (refused !== null && unwritten !== null) services.context.progress.warn(unwritten.message);
  const error = refused ?? unwritten;
  const found = isRefused ? "FINDINGS" : "PARTIAL";
  return { report, error, exit: error?.exitName ?? (rejects.length > 0 ? found : "OK") };
}

/** Why the rejects could not be written where they were wanted; null when they could, or there are none. */
async function unwrittenRejects(
  { rejects: path }: ImportOrder,
  { rejects, committed }: Pick<ImportResult, "rejects" | "committed">,
): Promise<DbopsError | null> {
  if (path === null || rejects.length === 0) return null;
  try {
    await writeRejects(path, rejects, committed);
    return null;
  } catch (error) {
    return asDbopsError(error);
  }
}

/** What is wrong with the records, as a check has it. */
async function tried(plan: ImportPlan, order: ImportOrder, services: ImportServices): Promise<ImportResult> {
  const result = await performed(plan, { ...order, maxErrors: CHECKED, isTrial: true }, services);
  return { ...result, rejects: [...result.rejects, ...(await looseFindings(result))] };
}

async function performed(
  plan: ImportPlan,
  options: ImportOptions,
  { driver, context }: ImportServices,
): Promise<ImportResult> {
  return await performImport(plan, driver, { options, context });
}

async function preview(plan: ImportPlan, count: number, { driver, context }: ImportServices): Promise<ImportOutcome> {
  const startedMs = context.clock.monotonicMs();
  const tables: ImportedTable[] = [];
  const rejects: Reject[] = [];
  for (const table of plan.tables) {
    const found = await previewRecords(table, count);
    tables.push({ ...plannedTable(table), preview: found.shown });
    rejects.push(...found.rejects);
  }
  const report: ImportReport = {
    did: "preview",
    mode: plan.mode,
    target: driver.label,
    hasOwnSchema: plan.schema !== null,
    tables,
    script: null,
    rejects: refusals(rejects),
    isWhole: true,
    committed: 0,
    rejectsFile: null,
    archived: [],
    durationMs: Math.round(context.clock.monotonicMs() - startedMs),
  };
  return { report, exit: "OK", error: null };
}

/** A database that takes such values has no quarrel with them; a check has: each column's first one is told. */
async function looseFindings({ tables }: ImportResult): Promise<readonly Reject[]> {
  const found: Reject[] = [];
  for (const { plan, loose } of tables) {
    const faults = loose.map(({ index, column, reason, rows }) => {
      return { index, column, reason: `${reason}, in ${formatNumberOf("record", rows)}` };
    });
    found.push(...(await locateFaults(plan, faults)));
  }
  // It stands for all of them.
  return found.map((one) => ({ ...one, record: null }));
}

/** A check of the whole file would find the committed records' own keys. */
const GO_ON = "go on with the rest of the file only, or with --mode ignore where the table has a key";

function refusal({ rejects, committed }: ImportResult, order: ImportOrder): DbopsError {
  const first = rejects.find(({ place }) => place !== null) ?? rejects[0];
  const stays =
    committed === 0 ? "nothing was written" : `${formatNumberOf("record", committed)} committed before stay`;
  return new DbopsError(committed === 0 ? "IMPORT.REJECTED" : "IMPORT.CUT_SHORT", {
    message: `${placeOf(first)} is not taken; ${stays}`,
    why: first?.place == null || first.column === null ? first?.reason : `${first.column}: ${first.reason}`,
    hint: committed === 0 ? hintFor(first, order) : GO_ON,
  });
}

function placeOf(reject: Reject | undefined): string {
  if (reject === undefined || reject.place === null) return "what the input makes of the tables";
  return `${reject.placeWord} ${reject.place} of ${reject.file}`;
}

function hintFor(reject: Reject | undefined, { maxErrors }: ImportOrder): string {
  if (reject?.place == null) return "no single record is wrong, so that --max-errors would not help";
  return maxErrors === 0
    ? "--check lists all such records; --max-errors N --rejects FILE takes the others"
    : `--check lists all such records; --max-errors allows ${formatCount(maxErrors)}`;
}
