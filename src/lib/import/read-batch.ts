import type { RecordBatch, RecordFault, RecordFields } from "../transfer/record-model.js";

/** Gathers records until somebody takes them. */
export class BatchBuilder {
  #rows: RecordFields[] = [];
  #places: number[] = [];
  #faults: RecordFault[] = [];

  get isEmpty(): boolean {
    return this.#rows.length === 0 && this.#faults.length === 0;
  }

  keep(fields: RecordFields, place: number): void {
    this.#rows.push(fields);
    this.#places.push(place);
  }

  fault(fault: RecordFault): void {
    this.#faults.push(fault);
  }

  /** What was gathered since the last time. */
  take(bytesRead: number): RecordBatch {
    const batch = { rows: this.#rows, places: this.#places, faults: this.#faults, bytesRead };
    this.#rows = [];
    this.#places = [];
    this.#faults = [];
    return batch;
  }
}
