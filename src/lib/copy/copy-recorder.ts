import type { Clock } from "../core/clock.js";
import { messageOf } from "../core/errors.js";
import type { ProgressSink } from "../core/progress.js";
import type { CopyState } from "./copy-job.js";
import type { CopyRecord } from "./copy-record.js";
import type { CopyRecords } from "./copy-records.js";

const INTERVAL_MS = 2000;

/** Keeps the record of a copy that goes on; a record that cannot be written stops nothing. */
export class CopyRecorder {
  readonly #records: CopyRecords;
  readonly #services: { readonly clock: Clock; readonly progress: ProgressSink };
  #record: CopyRecord;
  #writtenMs = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> = Promise.resolve();
  #hasWarned = false;

  constructor(
    record: CopyRecord,
    records: CopyRecords,
    services: { readonly clock: Clock; readonly progress: ProgressSink },
  ) {
    this.#record = record;
    this.#records = records;
    this.#services = services;
  }

  /** Resolves when it is on the disk: what a killed copy leaves behind must be known here. */
  async begin(): Promise<void> {
    this.#write(this.#services.clock.monotonicMs());
    await this.#writing;
  }

  /** Written at once when the phase changes, else every two seconds. */
  progress({ phase, rows }: CopyState): void {
    const isNew = phase !== this.#record.phase;
    this.#record = { ...this.#record, phase, rows };
    const now = this.#services.clock.monotonicMs();
    if (isNew || now - this.#writtenMs >= INTERVAL_MS) this.#write(now);
  }

  /** Resolves when it is on the disk. */
  async end(outcome: Pick<CopyRecord, "outcome" | "error" | "resumable">): Promise<void> {
    this.#record = { ...this.#record, ...outcome };
    this.#write(this.#services.clock.monotonicMs());
    await this.#writing;
  }

  #write(now: number): void {
    this.#writtenMs = now;
    const record = { ...this.#record, at: this.#services.clock.now().toISOString() };
    this.#writing = this.#writing.then(async () => {
      try {
        await this.#records.put(record);
      } catch (error) {
        this.#warn(error);
      }
    });
  }

  #warn(error: unknown): void {
    if (this.#hasWarned) return;
    this.#hasWarned = true;
    this.#services.progress.warn(`the copy cannot be recorded for \`migrate copy status\`: ${messageOf(error)}`);
  }
}
