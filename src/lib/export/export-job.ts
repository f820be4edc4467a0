import type { Driver } from "../../drivers/driver.js";
import type { ReadView, ResultColumn } from "../../drivers/view-model.js";
import type { Phase } from "../core/progress.js";
import type { ChosenRows } from "./choose-rows.js";
import type { ExportServices } from "./export-services.js";
import type { Spelling } from "./spelling.js";

/** Everything that writing an output needs: what was chosen is known to exist and to be readable. */
export interface ExportJob {
  readonly driver: Driver;
  readonly view: ReadView;
  readonly chosen: readonly ChosenRows[];
  /** In the order of `chosen`. */
  readonly columns: readonly (readonly ResultColumn[])[];
  /** Every table of the database was chosen, so that what belongs to none of them goes along. */
  readonly isWhole: boolean;
  readonly spelling: Spelling;
  /** Of the view. */
  readonly takenAt: Date;
  readonly services: ExportServices;
}

/** Opens the phase that reading rows advances. */
export function readingPhase({ services }: ExportJob): Phase {
  return services.driverContext.progress.phase("exporting", { unit: "bytes" });
}
