import type { StepDescription } from "../../lib/core/plan.js";
import { overwritesOnLoad } from "../../lib/restore/perform-restore.js";
import type { PreparedRestore } from "../../lib/restore/prepare-restore.js";

interface Service {
  readonly stop: readonly string[];
  readonly start: readonly string[];
}

/** What would be done, in order; replacing data that is there destroys it. */
export function runSteps(prepared: PreparedRestore, service: Service | null): StepDescription[] {
  const { destination, current, found, load } = prepared;
  const { label } = destination.restorer;
  const source = found.kind === "file" ? found.path : found.entry.manifest.id;
  const needsBytes = found.kind === "file" ? found.sizeBytes : found.entry.manifest.parts[0]?.rawBytes;
  const compare = safe(found.kind === "file" ? "count rows; nothing says what they should be" : "compare every table");
  const stop = service === null ? [] : [safe(`stop the service: ${service.stop.join(" ")}`)];
  const start = service === null ? [] : [safe(`start the service: ${service.start.join(" ")}`)];
  if (overwritesOnLoad(prepared)) {
    const first = safe(`back up ${label} and verify the backup`);
    return [first, ...stop, { summary: `overwrite ${label} with ${source}`, risk: "destroys" }, compare, ...start];
  }
  const swap = load.isInPlace
    ? `overwrite ${label} in place; a copy is kept`
    : `swap it in as ${label}; the old is kept`;
  return [
    { ...safe(`load ${source} beside ${label}`), needsBytes },
    compare,
    ...stop,
    current === null ? safe(`put it in place as ${label}`) : { summary: swap, risk: "destroys" },
    ...start,
  ];
}

function safe(summary: string): StepDescription {
  return { summary, risk: "safe" };
}
