import type { CopySource } from "../../drivers/copy-source-model.js";
import type { CopyTarget, Occupancy } from "../../drivers/copy-target-model.js";
import type { Driver } from "../../drivers/driver.js";
import type { ConfiguredTarget } from "../config/target.js";
import { DbopsError } from "../core/errors.js";
import { qualifiedName } from "../core/named.js";
import { requireNamed } from "../restore/protected-target.js";
import type { CopyPlan } from "./copy-plan.js";
import { CopyRecords } from "./copy-records.js";
import type { CopyReport } from "./copy-report.js";
import type { CopyServices } from "./copy-services.js";
import type { CopyWish } from "./copy-wish.js";
import { findBeyond } from "./find-beyond.js";
import { findTaken } from "./find-taken.js";
import { planCopy } from "./plan-copy.js";
import { plannedReport } from "./planned-report.js";
import { requireSame, resumableRecord } from "./require-resumable.js";
import { requireTwo } from "./require-two.js";
import { requireVacant } from "./require-vacant.js";
import { tableKey } from "./table-key.js";

export interface PreparedCopy {
  /** Of the run that began it. */
  readonly run: string;
  readonly driver: Driver;
  readonly source: CopySource;
  readonly target: CopyTarget;
  readonly plan: CopyPlan;
  readonly report: CopyReport;
  /** Tables that give way to the copy's. */
  readonly replaced: Occupancy["objects"];
  /** What `--confirm` accepts: the target's configured name, its own words, and the word that was typed for it. */
  readonly tokens: readonly string[];
}

export interface CopyRequest {
  readonly from: ConfiguredTarget;
  readonly to: ConfiguredTarget;
  readonly wish: CopyWish;
  /** Nothing will be changed: no lock is taken. */
  readonly isOnlyLook: boolean;
}

/**
 * Opens both sides until the run ends, takes the target's lock, looks at everything and decides everything. CONNECT.*,
 * LOCK.HELD, COPY.TARGET_OCCUPIED, COPY.NOT_RESUMABLE, COPY.NAME_COLLISION, USAGE.*.
 */
export async function prepareCopy(request: CopyRequest, services: CopyServices): Promise<PreparedCopy> {
  const { from, to, wish, isOnlyLook } = request;
  if (!isOnlyLook) requireNamed(to);
  const run = wish.resume ?? services.run;
  services.driverContext.progress.note(`run ${run}`);
  const records = new CopyRecords(services.stateFolder);
  const record = wish.resume === null ? null : await resumableRecord(records, run, services.hostName);
  const driver = await services.open(from);
  if (record !== null) requireSame(record, { ...sideOf(driver), word: "FROM" });
  const target = await openTarget(request, run, services);
  if (record !== null) requireSame(record, { ...sideOf(target), word: "TO" });
  requireTwo(driver, target);
  if (!isOnlyLook) services.own(await target.lock(services.lockOptions()));
  const tokens = tokensOf(to, target);
  await requireVacant(target, { wish, tokens }, services);
  const source = services.own(await driver.openCopySource(wish.choices));
  await using there = wish.content === "rows" ? await openExisting(to, wish, services) : null;
  const planned = planCopy({
    catalog: await source.catalog(),
    existing: there === null ? null : await there.catalog(),
    target,
    sourceEngine: from.engine,
    targetEngine: to.engine,
    choices: wish.choices,
    isFolding: wish.isFolding,
    usesOrigin: wish.usesOrigin && wish.content !== "rows",
  });
  requireTables(planned, wish.choices);
  const plan = there === null ? planned : await withRefused(planned, { source, there }, services);
  const replaced = wish.place.isReplacing ? await replacedTables(target, plan) : [];
  const facts = { run, plan, allowed: wish.allowed, from: driver.label, to: target.label, snapshot: source.snapshot };
  return { run, driver, source, target, plan, report: plannedReport(facts), replaced, tokens };
}

function sideOf({ label, identity }: Pick<Driver, "label" | "identity">): Pick<Driver, "label" | "identity"> {
  return { label, identity };
}

/** USAGE.INVALID where the flags leave nothing. */
function requireTables({ tables }: CopyPlan, { tables: named, excludeTables }: CopyWish["choices"]): void {
  if (tables.length > 0 || named.length + excludeTables.length === 0) return;
  throw new DbopsError("USAGE.INVALID", {
    message: "no table is left to copy",
    why: "--tables and --exclude-tables leave none",
    hint: "`dbops info FROM` lists the tables",
  });
}

async function openTarget({ to, wish }: CopyRequest, run: string, services: CopyServices): Promise<CopyTarget> {
  const engine = await services.engine(to.engine);
  const mode = wish.content === "rows" ? "existing" : "new";
  const place = { ...wish.place, run, mode, isResumed: wish.resume !== null } as const;
  return services.own(await engine.openCopyTarget(to, place, services.driverContext));
}

/** The plan with what tables that are there would refuse; where types do not fit, values are not looked at. */
async function withRefused(
  plan: CopyPlan,
  { source, there }: { readonly source: CopySource; readonly there: CopySource },
  { driverContext: { signal } }: CopyServices,
): Promise<CopyPlan> {
  if (plan.obstacles.length > 0) return plan;
  const { obstacles, leavesOut } = await findBeyond(plan, source);
  // A key that does not fit cannot be read as what the target has.
  if (obstacles.length > 0) return { ...plan, obstacles };
  const taken = await findTaken(plan, { source, there, signal });
  return {
    ...plan,
    obstacles: taken.obstacles,
    leavesOut: plan.leavesOut || leavesOut,
    warnings: [...plan.warnings, ...taken.warnings],
  };
}

/** The tables that take the rows, as the target's own engine describes them. */
async function openExisting(to: ConfiguredTarget, { choices }: CopyWish, services: CopyServices): Promise<CopySource> {
  const driver = await services.open(to);
  const asDeclared = { onMismatch: "widen", orphans: "not-valid", isTight: false } as const;
  const everything = { ...choices, ...asDeclared, tables: [], excludeTables: [] } as const;
  return await driver.openCopySource({ ...everything, schemas: [], holdWrites: false });
}

/** COPY.TARGET_OCCUPIED where others depend on one of them. */
async function replacedTables(target: CopyTarget, plan: CopyPlan): Promise<Occupancy["objects"]> {
  const names = [...plan.tables.map((table) => table.target.name), ...plan.views.map(({ name }) => name)];
  const { dependents, objects } = await target.occupancy(names);
  const [first] = dependents;
  const wanted = new Set(names.map(tableKey));
  if (first === undefined) return objects.filter(({ name }) => wanted.has(tableKey(name)));
  throw new DbopsError("COPY.TARGET_OCCUPIED", {
    message: `${qualifiedName(first.table)} cannot give way`,
    why: dependents.map(({ table, what }) => `${qualifiedName(table)}: ${what}`).join("; "),
    hint: "drop what depends on it first, or copy those tables too",
  });
}

function tokensOf(to: ConfiguredTarget, { identity }: CopyTarget): readonly string[] {
  const words = [to.isConfigured ? to.name : null, ...identity.consentTokens, to.word];
  return [...new Set(words.filter((word) => word !== null))];
}
