import type { Destination } from "./open-destination.js";
import type { RestoreServices } from "./restore-services.js";

/** Says that the run was told to stop after the swap: what has happened is reported, not what was wished. */
export function warnWhenLate({ restorer }: Destination, { driverContext }: RestoreServices): void {
  if (!driverContext.signal.aborted) return;
  driverContext.progress.warn(`stopping came too late: the swap of ${restorer.label} had been done`);
}
