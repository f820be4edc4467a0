import type { KeptPrevious, SwapOptions } from "../../drivers/restore-model.js";
import type { ServiceCommands } from "../config/target.js";
import { timed } from "../core/clock.js";
import type { DbopsError } from "../core/errors.js";
import { warnWhenLate } from "./late-signal.js";
import type { Destination } from "./open-destination.js";
import type { RestoreServices } from "./restore-services.js";
import { whileStopped } from "./service-window.js";

export interface Undone {
  /** Where the state that was undone is kept in its turn. */
  readonly previous: string | null;
  readonly durationMs: number;
  readonly error: DbopsError | null;
}

/** Swaps a kept state back in; it was a whole database before, so nothing is compared. LOCK.SESSIONS, RESTORE.*. */
export async function undoRestore(
  destination: Destination,
  { kept, swap, service }: { kept: KeptPrevious; swap: Omit<SwapOptions, "at">; service: ServiceCommands | null },
  services: RestoreServices,
): Promise<Undone> {
  const { driverContext } = services;
  const { clock } = driverContext;
  const { value, durationMs } = await timed(clock, () =>
    whileStopped(service, driverContext, () => destination.restorer.undo(kept, { ...swap, at: clock.now() })),
  );
  warnWhenLate(destination, services);
  return { previous: value.value.previous, durationMs, error: value.failure };
}
