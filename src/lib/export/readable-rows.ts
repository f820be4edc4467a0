import type { ReadView, ResultColumn } from "../../drivers/view-model.js";
import { DbopsError } from "../core/errors.js";
import type { ProgressSink } from "../core/progress.js";
import type { ChosenRows } from "./choose-rows.js";

export interface ReadableRows {
  readonly chosen: readonly ChosenRows[];
  /** In the order of `chosen`. */
  readonly columns: readonly (readonly ResultColumn[])[];
}

/** What can be read of what was chosen: a virtual table that nobody named and that shows no rows is left out, and told of. */
export async function readableRows(
  view: ReadView,
  chosen: readonly ChosenRows[],
  { isWhole, progress }: { readonly isWhole: boolean; readonly progress: ProgressSink },
): Promise<ReadableRows> {
  const readable: ChosenRows[] = [];
  const columns: (readonly ResultColumn[])[] = [];
  for (const each of chosen) {
    try {
      columns.push(await view.columns(each.source));
      readable.push(each);
    } catch (error) {
      const mayBeMissed = isWhole && each.isVirtual && error instanceof DbopsError && error.code === "DB.REFUSED";
      if (!mayBeMissed) throw error;
      progress.warn(`${each.key} is left out: ${error.message} (${error.why ?? "no reason was given"})`);
    }
  }
  return { chosen: readable, columns };
}
