import { asDbopsError, type DbopsError } from "../core/errors.js";
import type { Storage } from "../storage/storage.js";
import { type InPlaceRestore, lastInPlace } from "./in-place-restore.js";
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

/** A database whose last restore was in place. */
export interface InPlaceState extends InPlaceRestore {
  readonly target: string;
}

export interface KeptStates {
  readonly previous: readonly KeptState[];
  readonly inPlace: readonly InPlaceState[];
  /** Targets that could not be asked. */
  readonly failures: readonly { readonly target: string; readonly error: DbopsError }[];
}

/** What restores have kept of each target, newest first; a target that cannot be asked does not hide the others. */
export async function listKept<Target extends RestoreTarget>(
  targets: readonly Target[],
  storeOf: (target: Target) => Storage | null,
  services: RestoreServices,
): Promise<KeptStates> {
  const previous: KeptState[] = [];
  const inPlace: InPlaceState[] = [];
  const failures: { target: string; error: DbopsError }[] = [];
  for (const target of targets) {
    try {
      const found = await keptOf(target, storeOf(target), services);
      previous.push(...found.previous);
      inPlace.push(...found.inPlace);
    } catch (thrown) {
      services.driverContext.signal.throwIfAborted();
      failures.push({ target: target.name, error: asDbopsError(thrown) });
    }
  }
  return { previous, inPlace, failures };
}

async function keptOf(
  target: RestoreTarget,
  storage: Storage | null,
  services: RestoreServices,
): Promise<Omit<KeptStates, "failures">> {
  const { driverContext } = services;
  const engine = await services.engine(target.engine);
  await using restorer = await engine.restorer(target, driverContext);
  const destination = { target, engine, restorer };
  const word = wordFor(destination);
  const now = driverContext.clock.now();
  const kept = await restorer.previous();
  const last = await lastInPlace(destination, { kept, storage }, services);
  const previous = kept.map(({ name, replacedAt, sizeBytes }) => {
    const ageSeconds =
      replacedAt === null ? null : Math.max(0, Math.round((now.getTime() - replacedAt.getTime()) / 1000));
    return { target: word, name, replacedAt, ageSeconds, sizeBytes };
  });
  return { previous, inPlace: last === null ? [] : [{ ...last, target: word }] };
}
