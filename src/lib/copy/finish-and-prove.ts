import type { NotCarried } from "../../drivers/copy-source-model.js";
import type { TargetDesign } from "../../drivers/copy-target-model.js";
import { heldPromise } from "../core/held-promise.js";
import type { Phase, ProgressSink } from "../core/progress.js";
import { formatNumberOf } from "../core/units.js";
import type { CopyJob } from "./copy-job.js";
import type { TableAtTarget } from "./load-tables.js";
import { proveTables, type TableProof } from "./prove-tables.js";

export interface Finished {
  /** What the target did not take. */
  readonly left: readonly NotCarried[];
  /** Waits for what is still to be compared, and tells of it. */
  readonly proven: () => Promise<readonly TableProof[]>;
}

/** Makes keys and indexes, and compares each table as soon as its keys stand; when that fails both have ended. */
export async function finishAndProve(
  job: CopyJob,
  loaded: readonly TableAtTarget[],
  design: TargetDesign,
): Promise<Finished> {
  const { progress, signal } = job.context;
  const stop = new AbortController();
  const meter = new ProofMeter(progress, loaded);
  const finishing = heldPromise(finish(job, design));
  const proving = heldPromise(
    proveTables(job, loaded, {
      signal: AbortSignal.any([stop.signal, signal]),
      advance: (rows) => meter.advance(rows),
    }),
  );
  try {
    return { left: await finishing, proven: () => meter.show(proving) };
  } catch (error) {
    stop.abort(error);
    await proving.catch(() => undefined);
    throw error;
  }
}

/** Makes what tables have besides rows. */
export async function finish({ target, context }: CopyJob, design: TargetDesign): Promise<readonly NotCarried[]> {
  const phase = context.progress.phase("making indexes, keys and references");
  const left = await target.finish(design);
  phase.done();
  return left;
}

/** One phase is shown at a time: what is compared before is counted, and told when it is the only work. */
class ProofMeter {
  readonly #progress: ProgressSink;
  readonly #total: number;
  #rows = 0;
  #phase: Phase | null = null;

  constructor(progress: ProgressSink, loaded: readonly TableAtTarget[]) {
    this.#progress = progress;
    this.#total = loaded.reduce((sum, { sent }) => sum + sent.rows, 0);
  }

  advance(rows: number): void {
    this.#rows += rows;
    this.#phase?.advance(rows);
  }

  async show(proving: Promise<readonly TableProof[]>): Promise<readonly TableProof[]> {
    const phase = this.#progress.phase("comparing every table", { unit: "rows", total: this.#total });
    phase.advance(this.#rows);
    this.#phase = phase;
    const proofs = await proving;
    const rows = proofs.reduce((sum, proof) => sum + proof.rows, 0);
    phase.done(`${formatNumberOf("row", rows)} in ${formatNumberOf("table", proofs.length)}`);
    return proofs;
  }
}
