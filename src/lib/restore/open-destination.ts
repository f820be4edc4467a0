import type { Engine } from "../../drivers/driver.js";
import type { Restorer } from "../../drivers/restore-model.js";
import { DbopsError } from "../core/errors.js";
import { requireNamed } from "./protected-target.js";
import type { RestoreServices, RestoreTarget } from "./restore-services.js";

export interface Destination {
  readonly target: RestoreTarget;
  readonly engine: Engine;
  readonly restorer: Restorer;
}

/**
 * Opens the place that will be changed until the run ends; unless only looked at, takes its data lock and clears up what
 * a killed run left there. USAGE.TARGET_MISSING, UNSUPPORTED.ENGINE for `disconnect`, CONNECT.*,
 * LOCK.HELD.
 */
export async function openDestination(
  target: RestoreTarget,
  services: RestoreServices,
  { isOnlyLook, disconnect = false }: { readonly isOnlyLook: boolean; readonly disconnect?: boolean },
): Promise<Destination> {
  if (!isOnlyLook) requireNamed(target);
  const engine = await services.engine(target.engine);
  if (disconnect && !engine.canEndSessions) throw noSessions(engine);
  const restorer = services.own(await engine.restorer(target, services.driverContext));
  if (!isOnlyLook) {
    services.own(await restorer.lock(services.lockOptions()));
    for (const line of await restorer.recover()) services.driverContext.progress.warn(line);
  }
  return { target, engine, restorer };
}

/** What `--confirm` accepts: the configured name, the identity's own words, and the word that was typed for it. */
export function consentTokens({ target, restorer }: Destination): readonly string[] {
  const words = [target.isConfigured ? target.name : null, ...restorer.identity.consentTokens, target.word];
  return [...new Set(words.filter((word) => word !== null))];
}

/** The word that names it on a later command line. */
export function wordFor({ target, restorer }: Destination): string {
  return target.isConfigured ? target.name : restorer.label;
}

function noSessions({ title }: Engine): DbopsError {
  return new DbopsError("UNSUPPORTED.ENGINE", {
    message: `${title} has no sessions that --disconnect could end`,
    why: "its users are programs that have the file open; the restore names them and waits for them",
    hint: "stop them first, or let --with-service stop the target's service; --lock-wait 10m waits longer",
  });
}
