import type { NotCarried } from "../../drivers/copy-source-model.js";
import type { TargetDesign } from "../../drivers/copy-target-model.js";
import { asDbopsError, DbopsError } from "../core/errors.js";
import type { ExitName } from "../core/exit-codes.js";
import { qualifiedName } from "../core/named.js";
import { addViews } from "./add-views.js";
import { checkQueries } from "./check-queries.js";
import type { CopyJob, CopyOutcome } from "./copy-job.js";
import type { PlannedTable } from "./copy-plan.js";
import type { CopyReport } from "./copy-report.js";
import { finish, finishAndProve } from "./finish-and-prove.js";
import { loadTables, type TableAtTarget } from "./load-tables.js";
import { mismatchError } from "./mismatch-error.js";
import { PhaseLog } from "./phase-log.js";
import type { TableProof } from "./prove-tables.js";
import { madeOrigin, recordOrigin } from "./record-origin.js";
import { RejectsOutput } from "./rejects-output.js";

/**
 * Copies as planned: loads beside, proves equal, makes visible. Whatever fails before that leaves nothing to be seen, and
 * what a later run can take up is kept. Errors come with what is known by then; an aborted run throws.
 */
export async function runCopy(job: CopyJob): Promise<CopyOutcome> {
  return await new CopyRun(job).run();
}

/** Ends after which the same copy may go on; after others it would only fail again. */
const RESUMABLE: ReadonlySet<ExitName> = new Set([
  "UNREACHABLE",
  "LOCKED",
  "RESOURCES",
  "TIMEOUT",
  "HANGUP",
  "INTERRUPTED",
  "TERMINATED",
]);

class CopyRun {
  readonly #job: CopyJob;
  readonly #phases: PhaseLog;
  #loaded: readonly TableAtTarget[] = [];
  #proofs: readonly TableProof[] = [];
  #notCarried: readonly NotCarried[] = [];
  #unchanged: CopyReport["source"]["unchanged"] = null;
  #previous: string | null = null;
  #resumable = false;

  constructor(job: CopyJob) {
    this.#job = job;
    this.#phases = new PhaseLog(job.context.clock);
  }

  async run(): Promise<CopyOutcome> {
    try {
      await this.#copy();
      return { report: this.#report(), error: null };
    } catch (thrown) {
      const { signal } = this.#job.context;
      const error = asDbopsError(signal.aborted ? signal.reason : thrown);
      await this.#keep(error);
      if (signal.aborted) throw error;
      return { report: this.#report(), error };
    }
  }

  async #copy(): Promise<void> {
    const { target, content, source } = this.#job;
    await this.#phase("create", () => this.#create());
    if (content !== "schema") this.#loaded = await this.#phase("load", () => this.#load());
    const design = this.#design();
    if (content === "schema") this.#leaveBehind(await this.#phase("index", () => finish(this.#job, design)));
    else await this.#finishAndProve(design);
    this.#leaveBehind(await this.#phase("views", () => addViews(this.#job)));
    if (content !== "schema") await this.#phase("queries", () => checkQueries(this.#job));
    this.#unchanged = await source.unchanged();
    this.#job.context.signal.throwIfAborted();
    const last = { ...design, origin: this.#origin() };
    this.#previous = (await this.#phase("publish", () => target.publish(last))).previous;
  }

  /** COPY.SOURCE_CHANGED where an earlier run has begun something else. */
  async #create(): Promise<void> {
    const { target, plan, isResumed } = this.#job;
    try {
      await target.create(plan.design);
    } catch (error) {
      if (!isResumed || !(error instanceof DbopsError) || error.code !== "COPY.NOT_RESUMABLE") throw error;
      throw new DbopsError("COPY.SOURCE_CHANGED", {
        message: "the copy cannot be taken up: its plan is another by now",
        why: `${error.why ?? error.message}; the source's tables have changed, or the flags are others`,
        hint: "repeat the flags that it was begun with, or begin a new copy",
        cause: error,
      });
    }
  }

  async #load(): Promise<readonly TableAtTarget[]> {
    const { target, isResumed, rejects: path, context } = this.#job;
    const checkpoints = isResumed ? await target.checkpoints() : [];
    const rejects = new RejectsOutput(path, { run: context.run, signal: context.signal });
    try {
      const loaded = await loadTables(this.#job, { checkpoints, rejects });
      this.#leaveBehind(loaded.flatMap(({ notCarried }) => notCarried));
      return loaded;
    } finally {
      await rejects.close();
    }
  }

  /** What the proof takes is what it takes longer than the indexes. */
  async #finishAndProve(design: TargetDesign): Promise<void> {
    const { left, proven } = await this.#phase("index", () => finishAndProve(this.#job, this.#loaded, design));
    this.#leaveBehind(left);
    this.#proofs = await this.#phase("prove", proven);
    const mismatch = mismatchError(this.#proofs);
    if (mismatch !== null) throw mismatch;
  }

  /** With what tables turned out to need. */
  #design(): TargetDesign {
    const { design } = this.#job.plan;
    const made = new Map(this.#loaded.map(({ planned }) => [qualifiedName(planned.target.name), planned.target]));
    return { ...design, tables: design.tables.map((table) => made.get(qualifiedName(table.name)) ?? table) };
  }

  /** Of what was carried in the end: on a way back the rest comes from these entries alone. */
  #origin(): TargetDesign["origin"] {
    const { plan } = this.#job;
    if (plan.design.origin === null) return null;
    const left = new Set(this.#notCarried.flatMap(({ kind, name }) => (kind === "views" ? [name] : [])));
    const carried = {
      // A column that turned out to need another type has none to come back to.
      tables: plan.tables,
      views: plan.views.filter(({ source }) => !left.has(qualifiedName(source.name))),
      notCarried: [...plan.notCarried, ...this.#notCarried],
    };
    const loaded = this.#loaded.map(({ planned }) => planned);
    return madeOrigin(recordOrigin(carried, plan.sourceEngine), loaded);
  }

  async #phase<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#job.context.signal.throwIfAborted();
    this.#job.onProgress({ phase: name, rows: this.#loaded.reduce((sum, { sent }) => sum + sent.rows, 0) });
    return await this.#phases.run(name, work);
  }

  #leaveBehind(more: readonly NotCarried[]): void {
    this.#notCarried = [...this.#notCarried, ...more];
  }

  async #keep(error: DbopsError): Promise<void> {
    const { content, target, context, resumeCommand } = this.#job;
    if (content !== "all" || resumeCommand === null || !RESUMABLE.has(error.exitName)) return;
    try {
      this.#resumable = await target.keep();
    } catch (cause) {
      if (!(cause instanceof DbopsError)) throw cause;
      context.progress.warn(`whether ${target.place} was kept is not known: ${cause.message}`);
    }
    if (this.#resumable) context.progress.note(`what is copied is kept: go on with ${resumeCommand}`);
  }

  #report(): CopyReport {
    const { planReport, plan, source, classify } = this.#job;
    return {
      ...planReport,
      source: { ...planReport.source, unchanged: this.#unchanged },
      target: { ...planReport.target, previous: this.#previous },
      snapshot: source.snapshot,
      tables: planReport.tables.map((told, at) => this.#tableReport(told, plan.tables[at])),
      notCarried: [...planReport.notCarried, ...classify(this.#notCarried)],
      phases: [...this.#phases.phases],
      resumable: this.#resumable,
    };
  }

  #tableReport(told: CopyReport["tables"][number], planned: PlannedTable | undefined): CopyReport["tables"][number] {
    const loaded = this.#loaded.find((each) => each.planned.source === planned?.source);
    if (loaded === undefined) return told;
    const proof = this.#proofs.find(({ table }) => table === loaded);
    const { columns } = loaded.planned;
    return {
      ...told,
      rows: proof?.rows ?? loaded.sent.rows,
      rejected: loaded.rejects,
      checksum: proof?.checksum ?? null,
      columns: columns.map(({ name, from, to, evidence, flag }) => ({ name, from, to, evidence, flag })),
    };
  }
}
