import type { CopyReject } from "../../drivers/copy-rows-model.js";
import type { RejectsOutput } from "./rejects-output.js";

/** What one table leaves out; rows that are read twice leave it out once. */
export class TableRejects {
  readonly #output: Pick<RejectsOutput, "add">;
  #known = 0;
  #seen = 0;

  constructor(output: Pick<RejectsOutput, "add">) {
    this.#output = output;
  }

  /** How many have come: where `backTo` leads. */
  get place(): number {
    return this.#seen;
  }

  async add(reject: CopyReject): Promise<void> {
    this.#seen += 1;
    if (this.#seen <= this.#known) return;
    this.#known = this.#seen;
    await this.#output.add(reject);
  }

  /** Rows from there on are read once more. */
  backTo(place: number): void {
    this.#seen = place;
  }
}
