import type { Driver } from "../../drivers/driver.js";
import type { CurrentState } from "../../drivers/restore-model.js";
import { DbopsError } from "../core/errors.js";
import { formatNumberOf } from "../core/units.js";
import { consentTokens, type Destination, openDestination } from "../restore/open-destination.js";
import type { RestoreServices } from "../restore/restore-services.js";
import type { CopyReport } from "./copy-report.js";
import type { CopyServices } from "./copy-services.js";
import type { CopyRequest } from "./prepare-copy.js";
import { requireTwo } from "./require-two.js";

/** A copy between two databases of one engine, looked at: nothing is translated. */
export interface PreparedWithin {
  readonly run: string;
  readonly driver: Driver;
  readonly destination: Destination;
  /** null when nothing exists at the target. */
  readonly current: CurrentState | null;
  readonly report: CopyReport;
  readonly tokens: readonly string[];
}

/** Opens both sides until the run ends and takes the target's lock. CONNECT.*, LOCK.HELD, COPY.TARGET_OCCUPIED, USAGE.*. */
export async function prepareWithin(
  { from, to, wish, isOnlyLook }: CopyRequest,
  services: CopyServices & RestoreServices,
): Promise<PreparedWithin> {
  const { run } = services;
  services.driverContext.progress.note(`run ${run}`);
  const driver = await services.open(from);
  const destination = await openDestination(to, services, { isOnlyLook });
  const { restorer } = destination;
  requireTwo(driver, restorer);
  const current = await restorer.current();
  const tokens = consentTokens(destination);
  if (current !== null && current.tables.length > 0) {
    if (!wish.place.isReplacing) throw occupied(restorer.label, current);
    const refusal = services.tokenRefusal(tokens);
    if (refusal !== null) throw refusal;
  }
  const report: CopyReport = {
    run,
    source: { label: driver.label, unchanged: null },
    target: { label: restorer.label, previous: null },
    snapshot: null,
    tables: [],
    notCarried: [],
    phases: [],
    resumable: null,
  };
  return { run, driver, destination, current, report, tokens };
}

function occupied(label: string, { tables }: CurrentState): DbopsError {
  return new DbopsError("COPY.TARGET_OCCUPIED", {
    message: `${label} is not empty`,
    why: `it holds ${formatNumberOf("table", tables.length)}`,
    hint: "--replace puts the copy in the place of this whole database, and keeps it for undo; else name an empty place",
  });
}
