import type { Diagnosis } from "../../drivers/driver.js";
import type { ConfiguredTarget } from "../config/target.js";
import { shellWord } from "../core/shell-word.js";
import { formatBytes } from "../core/units.js";
import { okLine, warningLine } from "./lines.js";
import type { DoctorServices } from "./services.js";

const OLD_AFTER_MS = 7 * 86_400_000;

/** What restores have kept of the states that they replaced: needed for an undo, and forgotten easily. */
export async function keptStateLines(
  target: ConfiguredTarget,
  services: DoctorServices,
): Promise<readonly Diagnosis[]> {
  const engine = await services.engine(target.engine);
  await using restorer = await engine.restorer(target, services.driverContext);
  const kept = await restorer.previous();
  if (kept.length === 0) return [];
  const bytes = kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const detail = `${kept.length} earlier states kept by restores, ${formatBytes(bytes)}: ${kept.map(({ name }) => name).join(", ")}`;
  const nowMs = services.driverContext.clock.now().getTime();
  const isOld = kept.some(({ replacedAt }) => replacedAt === null || nowMs - replacedAt.getTime() > OLD_AFTER_MS);
  const word = shellWord(target.word ?? target.name);
  return [isOld ? warningLine("kept states", detail, `dbops restore discard ${word}`) : okLine("kept states", detail)];
}
