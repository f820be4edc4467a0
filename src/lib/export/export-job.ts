import type { Driver } from "../../drivers/driver.js";
import type { ReadView, ResultColumn, VirtualRows } from "../../drivers/view-model.js";
import type { Named } from "../core/named.js";
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
  /** What is made again; null = the whole database, what belongs to no table included. */
  readonly defined: readonly Named[] | null;
  readonly virtualRows: VirtualRows;
  readonly spelling: Spelling;
  /** Of the view. */
  readonly takenAt: Date;
  readonly services: ExportServices;
}

/** Opens the phase that reading rows advances. */
export function readingPhase({ services }: ExportJob): Phase {
  return services.driverContext.progress.phase("exporting", { unit: "bytes" });
}
