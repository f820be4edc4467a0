import { DbopsError } from "../core/errors.js";
import type { Catalog } from "./catalog.js";
import type { AcceptedMark } from "./marks.js";
import { putMark } from "./put-mark.js";
import type { BackupServices } from "./services.js";

/** Finds the one backup or failed run that `part` of an ID means. BACKUP.NOT_FOUND, BACKUP.AMBIGUOUS. */
export function findRun(
  catalog: Catalog,
  part: string,
): { readonly id: string; readonly target: string; readonly identity: string } {
  const runs = [...catalog.entries.map(({ manifest }) => manifest), ...catalog.failures].filter(({ id }) =>
    id.includes(part),
  );
  const [run, ...others] = runs;
  if (run !== undefined && others.length === 0) return run;
  throw new DbopsError(run === undefined ? "BACKUP.NOT_FOUND" : "BACKUP.AMBIGUOUS", {
    message:
      run === undefined ? `"${part}" is no run in ${catalog.storage.label}` : `"${part}" matches ${runs.length} runs`,
    hint: "`dbops backup list` shows the IDs; any unique part of one will do",
  });
}

/** Leaves word that somebody has looked at a run that retention holds back for. STORE.EXISTS when it was accepted before. */
export async function acceptRun(
  catalog: Catalog,
  run: { readonly id: string },
  options: { reason: string; services: BackupServices },
): Promise<AcceptedMark> {
  const { reason, services } = options;
  const earlier = catalog.accepted.find(({ id }) => id === run.id);
  if (earlier !== undefined) throw acceptedAlready(earlier);
  const at = services.driverContext.clock.now().toISOString();
  const mark = { version: 1, id: run.id, at, reason, seq: catalog.highestSeq + 1, run: services.run };
  await putMark(catalog.storage, { kind: "accepted", ...mark }, services);
  return mark;
}

function acceptedAlready({ id, at, reason }: AcceptedMark): DbopsError {
  return new DbopsError("STORE.EXISTS", {
    message: `${id} is accepted already`,
    why: `since ${at}: ${reason}`,
    hint: "there is nothing to do: retention goes on from it",
  });
}
