import { setTimeout as wait } from "node:timers/promises";
import { DbopsError } from "../../../lib/core/errors.js";
import type { TargetDesign } from "../../copy-target-model.js";
import type { DriverContext } from "../../driver.js";
import { sqlStateOf } from "../errors.js";
import type { Session } from "../session.js";
import { transactionId, wasCommitted } from "../transaction-outcome.js";
import { type TakePlace, takePlace } from "./take-place.js";

/** Whoever wants a table that we wait for waits behind us: so long in each try, in which autovacuum gives way, and no longer. */
const LOCK_MS = 2000;
const PAUSE_MS = 200;
const SETTLE_MS = 30_000;
/** Of tables, functions, schemas and other objects. */
const EXISTS = new Set(["42P07", "42710", "42723", "42P06"]);

export interface PublishParts extends TakePlace {
  readonly context: DriverContext;
  /** Opens a session that that signal ends. */
  readonly open: (signal: AbortSignal) => Promise<Session>;
}

/**
 * Makes a copy visible in one transaction. An abort counts until the commit: it throws when nothing is visible and never
 * else. LOCK.DATABASE, COPY.TARGET_OCCUPIED.
 */
export async function publishCopy(
  parts: PublishParts,
  design: TargetDesign,
): Promise<{ readonly previous: string | null }> {
  const { clock, lockTimeoutMs, signal } = parts.context;
  const startedMs = clock.monotonicMs();
  for (;;) {
    try {
      return await publishOnce(parts, design);
    } catch (error) {
      const isLocked = error instanceof DbopsError && error.code === "LOCK.DATABASE";
      if (!isLocked || clock.monotonicMs() - startedMs >= lockTimeoutMs) throw error;
      await wait(PAUSE_MS, undefined, { signal });
    }
  }
}

/** On a session of its own, which the run's signal ends until the COMMIT is sent: from then on only the server knows. */
async function publishOnce(parts: PublishParts, design: TargetDesign): Promise<{ readonly previous: string | null }> {
  const { signal, lockTimeoutMs } = parts.context;
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal.reason);
  const sent = { id: "", isWhole: false };
  let result: { readonly previous: string | null } = { previous: null };
  signal.throwIfAborted();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await using session = await parts.open(stop.signal);
    await session.run(
      `BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL synchronous_commit TO DEFAULT;
       SET LOCAL lock_timeout = ${Math.max(1, Math.min(LOCK_MS, lockTimeoutMs))}`,
    );
    sent.id = await transactionId(session);
    result = await takePlace(session, design, parts);
    signal.removeEventListener("abort", onAbort);
    signal.throwIfAborted();
    sent.isWhole = true;
    await session.run("COMMIT");
  } catch (error) {
    const isAnswer = error instanceof DbopsError && error.code !== "CONNECT.LOST" && !signal.aborted;
    if (sent.id === "" || isAnswer || !(await settle(parts, sent))) throw occupiedBy(error);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
  return result;
}

/** Ends the transaction of a session that was lost, and says whether it stands. */
async function settle(
  { context, open }: PublishParts,
  sent: { readonly id: string; readonly isWhole: boolean },
): Promise<boolean> {
  try {
    await using session = await open(AbortSignal.timeout(SETTLE_MS));
    return await wasCommitted(session, sent.id);
  } catch (error) {
    if (!sent.isWhole) return false;
    const why = "the connection was lost at the commit, and the server cannot be asked";
    context.progress.warn(`it is not known whether the copy is visible: ${why}`);
    throw error;
  }
}

/** Something of a name that is ours came while we were at it. */
function occupiedBy(error: unknown): unknown {
  if (!(error instanceof DbopsError) || !EXISTS.has(sqlStateOf(error) ?? "")) return error;
  return new DbopsError("COPY.TARGET_OCCUPIED", {
    message: "the copy cannot take its place",
    why: error.why ?? undefined,
    hint: "remove what has its name and resume the copy, or choose another place with --schema",
    cause: error.cause,
  });
}
