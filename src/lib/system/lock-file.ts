import { setTimeout as pause } from "node:timers/promises";
import type { Clock } from "../core/clock.js";
import { DbopsError, messageOf } from "../core/errors.js";
import type { ChildRegistry } from "./child-registry.js";
import { tryKernelLock } from "./kernel-lock.js";
import {
  describeHolder,
  endOrphansOf,
  type LockRecord,
  readLockRecord,
  removeLockRecord,
  thisMachine,
  writeLockRecord,
} from "./lock-record.js";
import type { ProcessMark } from "./processes.js";

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 500;

export interface LockFileOptions {
  /** How long to wait for another holder, in milliseconds. */
  readonly waitMs: number;
  readonly holder: { readonly run: string; readonly command: string };
  /** The holder's folder of throw-away files, for the next holder to sweep. */
  readonly workDir?: string | undefined;
  /** Its children are named in the record, so that the next holder can end those that outlive us. */
  readonly children: ChildRegistry;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A lock on disk that is held; disposing releases it. */
export interface HeldLockFile extends AsyncDisposable {
  readonly place: string;
  /** What a dead holder had left running and was ended, one line each. */
  readonly swept: readonly string[];
  /** The run that died while it held the lock, and where it kept its throw-away files. */
  readonly dead: Pick<LockRecord, "run" | "workDir"> | null;
  /** Why the record beside the lock could not be written; the lock holds all the same. */
  readonly warnings: readonly string[];
}

/** Takes the lock at `path`, with its record in `<path>.json`. LOCK.HELD after `waitMs`, LOCK.UNUSABLE, RESOURCE.DISK_FULL. */
export async function acquireLockFile(path: string, options: LockFileOptions): Promise<HeldLockFile> {
  const kernelLock = await waitForLock(path, options);
  try {
    return await HeldFile.open(path, kernelLock, options);
  } catch (error) {
    kernelLock[Symbol.dispose]();
    throw error;
  }
}

async function waitForLock(path: string, { waitMs, clock, signal }: LockFileOptions): Promise<Disposable> {
  const deadlineMs = clock.monotonicMs() + waitMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    signal.throwIfAborted();
    const lock = await tryKernelLock(path);
    if (lock !== null) return lock;
    const leftMs = deadlineMs - clock.monotonicMs();
    if (leftMs <= 0) throw await heldError(path);
    await pause(Math.min(pauseMs, leftMs), undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

interface HeldFacts extends Pick<HeldLockFile, "swept" | "dead"> {
  readonly record: LockRecord;
}

class HeldFile implements HeldLockFile {
  readonly place: string;
  readonly swept: readonly string[];
  readonly dead: HeldLockFile["dead"];
  readonly warnings: string[] = [];
  readonly #kernelLock: Disposable;
  readonly #recordPath: string;
  readonly #record: LockRecord;
  #listening: Disposable | null = null;
  /** Record writes one after the other: the newest list of children must be the one that stays. */
  #writing: Promise<void> = Promise.resolve();
  #release: Promise<void> | null = null;

  private constructor(place: string, kernelLock: Disposable, facts: HeldFacts) {
    this.place = place;
    this.swept = facts.swept;
    this.dead = facts.dead;
    this.#kernelLock = kernelLock;
    this.#recordPath = recordPathOf(place);
    this.#record = facts.record;
  }

  static async open(place: string, kernelLock: Disposable, options: LockFileOptions): Promise<HeldFile> {
    const { holder, workDir = null, children, clock } = options;
    const read = await readLockRecord(recordPathOf(place));
    const dead = typeof read === "string" ? null : read;
    const swept = dead === null ? [] : await endOrphansOf(dead);
    const since = clock.now().toISOString();
    const machine = await thisMachine();
    const record: LockRecord = { version: 1, ...holder, ...machine, since, workDir, children: children.live };
    const held = new HeldFile(place, kernelLock, { record, swept, dead });
    held.#listening = children.onChange((marks) => held.#write(marks));
    await held.#write(children.live);
    return held;
  }

  /** Once: by a second time the record at that path may be another holder's. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#release ??= this.#letGo();
    await this.#release;
  }

  async #letGo(): Promise<void> {
    this.#listening?.[Symbol.dispose]();
    await this.#writing;
    try {
      await removeLockRecord(this.#recordPath);
    } finally {
      this.#kernelLock[Symbol.dispose]();
    }
  }

  /** The kernel holds the lock; a full disk may cost the record, but must not stop the clean-up that frees it. */
  #write(children: readonly ProcessMark[]): Promise<void> {
    this.#writing = this.#writing
      .then(() => writeLockRecord(this.#recordPath, { ...this.#record, children }))
      .catch((error: unknown) => {
        this.warnings.push(`the record beside the lock ${this.place} cannot be written: ${messageOf(error)}`);
      });
    return this.#writing;
  }
}

function recordPathOf(path: string): string {
  return `${path}.json`;
}

async function heldError(path: string): Promise<DbopsError> {
  const record = await readLockRecord(recordPathOf(path));
  return new DbopsError("LOCK.HELD", {
    message: `another dbops run holds the lock ${path}`,
    why: typeof record === "string" ? record : describeHolder(record),
    hint: "wait for it with --lock-wait 10m; a lock whose holder has died is free at once",
  });
}
