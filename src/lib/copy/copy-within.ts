import type { Fingerprint } from "../../drivers/fingerprint-model.js";
import type { LoadedCopy } from "../../drivers/restore-model.js";
import type { Snapshot } from "../../drivers/snapshot-model.js";
import { type Comparison, compareFingerprints } from "../backup/compare-fingerprints.js";
import { asDbopsError, DbopsError } from "../core/errors.js";
import { qualifiedName } from "../core/named.js";
import { formatNumberOf } from "../core/units.js";
import { refuseFailed } from "../restore/preflight-error.js";
import type { CopyOutcome } from "./copy-job.js";
import type { CopyReport } from "./copy-report.js";
import { PhaseLog } from "./phase-log.js";
import { snapshotSource } from "./snapshot-source.js";
import type { WithinJob } from "./within-job.js";

/**
 * Copies a database as it is: a snapshot is loaded beside the target, both are fingerprinted, and the copy takes the target's
 * place when it is equal. Errors come with what is known by then; an aborted run throws.
 */
export async function copyWithin(job: WithinJob): Promise<CopyOutcome> {
  return await new WithinRun(job).run();
}

class WithinRun {
  readonly #job: WithinJob;
  readonly #phases: PhaseLog;
  #snapshot: string | null = null;
  #tables: CopyReport["tables"] | null = null;
  #previous: string | null = null;

  constructor(job: WithinJob) {
    this.#job = job;
    this.#phases = new PhaseLog(job.context.clock);
  }

  async run(): Promise<CopyOutcome> {
    try {
      await this.#copy();
      return { report: this.#report(), error: null };
    } catch (thrown) {
      this.#job.context.signal.throwIfAborted();
      return { report: this.#report(), error: asDbopsError(thrown) };
    }
  }

  async #copy(): Promise<void> {
    await using snapshot = await this.#phase("snapshot", () => this.#takeSnapshot());
    const { consistencyPoint, takenAt } = snapshot.origin;
    this.#snapshot = consistencyPoint ?? takenAt.toISOString();
    await using copy = await this.#phase("load", () => this.#load(snapshot));
    const comparison = await this.#phase("prove", () => this.#compare(snapshot, copy));
    requireEqual(comparison);
    this.#previous = (await this.#phase("publish", () => copy.swap(this.#job.swap))).previous;
  }

  async #takeSnapshot(): Promise<Snapshot> {
    const { source, tables, excludeTables, context } = this.#job;
    return await source.takeSnapshot({
      fingerprint: "hash",
      isCompact: false,
      tables,
      excludeTables,
      format: null,
      jobs: 1,
      passThrough: [],
      workDir: await context.workDir(),
    });
  }

  async #load(snapshot: Snapshot): Promise<LoadedCopy> {
    const { restorer, context, jobs } = this.#job;
    const options = { jobs, isInPlace: false };
    const source = await snapshotSource(snapshot, context);
    await requireSound(snapshot);
    refuseFailed(await restorer.preflight(source, options));
    const phase = context.progress.phase("loading");
    const copy = await restorer.load(source, options);
    phase.done(copy.place);
    return copy;
  }

  async #compare(snapshot: Snapshot, copy: LoadedCopy): Promise<Comparison> {
    const phase = this.#job.context.progress.phase("comparing every table");
    const [expected, found] = await Promise.all([snapshot.fingerprint(), copy.fingerprint("hash")]);
    const comparison = compareFingerprints(expected, found);
    this.#tables = tableReports(comparison, expected, found);
    phase.done(formatNumberOf("table", this.#tables.length));
    return comparison;
  }

  async #phase<T>(name: string, work: () => Promise<T>): Promise<T> {
    this.#job.context.signal.throwIfAborted();
    const rows = (this.#tables ?? []).reduce((sum, table) => sum + (table.rows ?? 0), 0);
    this.#job.onProgress({ phase: name, rows });
    return await this.#phases.run(name, work);
  }

  #report(): CopyReport {
    const { planReport } = this.#job;
    return {
      ...planReport,
      target: { ...planReport.target, previous: this.#previous },
      snapshot: this.#snapshot,
      tables: this.#tables ?? planReport.tables,
      phases: [...this.#phases.phases],
      resumable: false,
    };
  }
}

/** COPY.SOURCE_DAMAGED. */
async function requireSound(snapshot: Snapshot): Promise<void> {
  const { state, details } = await snapshot.condition();
  if (state !== "damaged") return;
  throw new DbopsError("COPY.SOURCE_DAMAGED", {
    message: "the source is damaged; nothing was copied",
    why: details.join("\n"),
    hint: "`dbops backup create` keeps what is left, `dbops restore` brings back a sound state",
  });
}

function tableReports({ tables }: Comparison, expected: Fingerprint, found: Fingerprint): CopyReport["tables"] {
  return tables
    .filter(({ kind }) => kind === "table")
    .map((table) => {
      const name = qualifiedName(table);
      const checksum = checksumOf(hashOf(expected, name), hashOf(found, name), expected.algorithm);
      return { source: name, target: name, rows: table.rows, rejected: 0, checksum, columns: [] };
    });
}

function hashOf({ tables }: Fingerprint, name: string): string | null {
  return tables.find((table) => table.kind === "table" && qualifiedName(table) === name)?.hash ?? null;
}

function checksumOf(source: string | null, target: string | null, algorithm: string | null) {
  if (source === null || target === null || algorithm === null) return null;
  return { algorithm, source, target, equal: source === target };
}

/** COPY.MISMATCH. */
function requireEqual({ tables, isStructureEqual }: Comparison): void {
  const unequal = tables.filter(({ matches }) => matches === false);
  if (unequal.length === 0 && isStructureEqual !== false) return;
  const lines = unequal.map((table) => `${qualifiedName(table)}: ${table.problem ?? "its content differs"}`);
  throw new DbopsError("COPY.MISMATCH", {
    message: "the copy is not what the source is; it was not made visible",
    why: [...lines, ...(isStructureEqual === false ? ["its structure differs"] : [])].join("; "),
    hint: "the source is untouched; this should never happen: please report it with the line above",
  });
}
