import type { StepDescription } from "../../lib/core/plan.js";
import type { PreparedRestore } from "../../lib/restore/prepare-restore.js";

/** What would be done, in order; replacing data that is there destroys it. */
export function runSteps(
  { destination, current, found, load }: PreparedRestore,
  service: { readonly stop: readonly string[]; readonly start: readonly string[] } | null,
): StepDescription[] {
  const { label, losesOldInPlace } = destination.restorer;
  const source = found.kind === "file" ? found.path : found.entry.manifest.id;
  const needsBytes = found.kind === "file" ? found.sizeBytes : found.entry.manifest.parts[0]?.rawBytes;
  const isBackedUp = load.isInPlace && current !== null && losesOldInPlace === true;
  const stop = service === null ? [] : [step(`stop the service: ${service.stop.join(" ")}`)];
  const start = service === null ? [] : [step(`start the service: ${service.start.join(" ")}`)];
  return [
    ...(isBackedUp ? [step(`back up ${label} and verify the backup`)] : []),
    { ...step(`load ${source} beside ${label}`), needsBytes },
    step(found.kind === "file" ? "count its rows; there is nothing to compare by" : "compare every table"),
    ...stop,
    current === null ? step(`put it in place as ${label}`) : { summary: replacing(label, load), risk: "destroys" },
    ...start,
  ];
}

function replacing(label: string, { isInPlace }: { readonly isInPlace: boolean }): string {
  return isInPlace ? `overwrite ${label} in place` : `swap it in as ${label}; what is there now is kept`;
}

function step(summary: string): StepDescription {
  return { summary, risk: "safe" };
}
