import type { Diagnosis } from "../../drivers/driver.js";
import type { ConfiguredTarget } from "../config/target.js";
import { timed } from "../core/clock.js";
import { asDbopsError, DbopsError } from "../core/errors.js";
import { formatBytes, formatDuration } from "../core/units.js";
import { keptStateLines } from "./kept-states.js";
import { failureLine, okLine } from "./lines.js";
import type { DoctorServices } from "./services.js";

/** A target that was looked at; null where it could not be reached. */
export interface ExaminedTarget {
  readonly target: ConfiguredTarget;
  readonly lines: readonly Diagnosis[];
  readonly sizeBytes: number | null;
  readonly identity: string | null;
}

/** Connects and asks the engine; a target that cannot be reached is a line, not an error. */
export async function examineTarget(target: ConfiguredTarget, services: DoctorServices): Promise<ExaminedTarget> {
  try {
    return await examineConnected(target, services);
  } catch (thrown) {
    services.driverContext.signal.throwIfAborted();
    const error = asDbopsError(thrown);
    if (error.code === "RUN.BUG") throw error;
    const lines = [failureLine("connection", error), ...(await programLines(target.engine, services))];
    return { target, lines, sizeBytes: null, identity: null };
  }
}

/** What an engine needs on this machine, whether a database can be reached or not. */
export async function programLines(engineName: string, services: DoctorServices): Promise<readonly Diagnosis[]> {
  const engine = await services.engine(engineName);
  return (await engine.diagnose?.(services.driverContext)) ?? [];
}

async function examineConnected(target: ConfiguredTarget, services: DoctorServices): Promise<ExaminedTarget> {
  const { clock } = services.driverContext;
  const { value, durationMs } = await timed(clock, () => services.open(target));
  await using driver = value;
  const lines = [okLine("connection", `${driver.label}, in ${formatDuration(durationMs)}`)];
  let sizeBytes: number | null = null;
  try {
    const server = await driver.server();
    sizeBytes = server.sizeBytes;
    lines.push(okLine("database", `${server.title} ${server.version}, ${formatBytes(sizeBytes)}`));
    lines.push(...(await driver.diagnose()), ...(await keptStateLines(target, services)));
  } catch (error) {
    // Connected, and then refused something: what was found so far is still true.
    if (!(error instanceof DbopsError)) throw error;
    lines.push(failureLine("diagnosis", error));
  }
  return { target, lines, sizeBytes, identity: driver.identity.key };
}
