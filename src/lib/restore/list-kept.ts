import { asDbopsError, type DbopsError } from "../core/errors.js";
import { wordFor } from "./open-destination.js";
import type { RestoreServices, RestoreTarget } from "./restore-services.js";

export interface KeptState {
  /** The word that names the target on a command line. */
  readonly target: string;
  readonly name: string;
  readonly replacedAt: Date | null;
  readonly ageSeconds: number | null;
  readonly sizeBytes: number;
}

export interface KeptStates {
  readonly previous: readonly KeptState[];
  /** Targets that could not be asked. */
  readonly failures: readonly { readonly target: string; readonly error: DbopsError }[];
}

/** What restores have kept of each target, newest first; a target that cannot be asked does not hide the others. */
export async function listKept(targets: readonly RestoreTarget[], services: RestoreServices): Promise<KeptStates> {
  const previous: KeptState[] = [];
  const failures: { target: string; error: DbopsError }[] = [];
  for (const target of targets) {
    try {
      previous.push(...(await keptOf(target, services)));
    } catch (thrown) {
      services.driverContext.signal.throwIfAborted();
      failures.push({ target: target.name, error: asDbopsError(thrown) });
    }
  }
  return { previous, failures };
}

async function keptOf(target: RestoreTarget, services: RestoreServices): Promise<KeptState[]> {
  const { driverContext } = services;
  const engine = await services.engine(target.engine);
  await using restorer = await engine.restorer(target, driverContext);
  const word = wordFor({ target, engine, restorer });
  const now = driverContext.clock.now();
  return (await restorer.previous()).map(({ name, replacedAt, sizeBytes }) => {
    const ageSeconds =
      replacedAt === null ? null : Math.max(0, Math.round((now.getTime() - replacedAt.getTime()) / 1000));
    return { target: word, name, replacedAt, ageSeconds, sizeBytes };
  });
}
