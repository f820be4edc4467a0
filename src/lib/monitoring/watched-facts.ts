import type { FactName, Facts, Reading, Watch } from "../../drivers/fact-model.js";
import { asDbopsError, DbopsError, reportError } from "../core/errors.js";
import { formatDuration } from "../core/units.js";
import { FactTable } from "./fact-table.js";
import type { MonitorFactName } from "./monitor-facts.js";
import type { TimeBudget } from "./time-budget.js";
import type { WatchedTarget } from "./watched-target.js";

/** Connecting may take this much of the time that a run has. */
const CONNECT_MS = 3000;

/** Why a fact is not known. */
export interface Unknown {
  /** It does not exist for this target: nothing was missed. */
  readonly isAbsent: boolean;
  readonly reason: string;
  readonly enable: string | null;
}

const NO_STORE: Unknown = {
  isAbsent: true,
  reason: "no store of backups is known",
  enable: "set backup.store in dbops.yaml, or add --store DIR",
};

/** The facts of one target, each read once, when the first check needs it. */
export class WatchedFacts implements AsyncDisposable {
  readonly known = new FactTable();
  /** How long the database was asked, in milliseconds. */
  databaseMs = 0;
  /** How many questions to it were answered. */
  answered = 0;
  /** Some were not asked, because the time was spent. */
  isTimeSpent = false;
  readonly #target: WatchedTarget;
  readonly #watch: Watch | null;
  readonly #budget: TimeBudget;
  #isUnreached = false;
  readonly #asked = new Map<MonitorFactName, Unknown | null>();

  private constructor(target: WatchedTarget, watch: Watch | null, budget: TimeBudget) {
    this.#target = target;
    this.#watch = watch;
    this.#budget = budget;
  }

  /** Connects, if there is time left for it; that it cannot is a fact. */
  static async open(target: WatchedTarget, budget: TimeBudget): Promise<WatchedFacts> {
    if (budget.leftMs <= 0) return new WatchedFacts(target, null, budget);
    let watch: Watch | null = null;
    let error: DbopsError | null = null;
    try {
      watch = await budget.limited(CONNECT_MS, (limit) => target.open(limit));
    } catch (thrown) {
      budget.signal.throwIfAborted();
      error = asDbopsError(thrown);
      if (error.exitName !== "UNREACHABLE") throw error;
    }
    const facts = new WatchedFacts(target, watch, budget);
    facts.#asked.set("reach", null);
    facts.#isUnreached = error !== null;
    facts.known.set("reach", { error: error === null ? null : reportError(error) });
    return facts;
  }

  get watch(): Watch | null {
    return this.#watch;
  }

  get offers(): ReadonlySet<MonitorFactName> {
    return new Set<MonitorFactName>(["reach", "backups", ...this.#target.facts]);
  }

  /** Reads those that are not known yet; says why the first of them is not to be had. */
  async require(names: readonly MonitorFactName[]): Promise<Unknown | null> {
    for (const name of names) {
      const unknown = this.#asked.get(name);
      const found = unknown === undefined ? await this.#ask(name) : unknown;
      this.#asked.set(name, found);
      if (found !== null) return found;
    }
    return null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch?.[Symbol.asyncDispose]();
  }

  async #ask(name: MonitorFactName): Promise<Unknown | null> {
    if (name === "backups") return await this.#askStore();
    const { leftMs, totalMs } = this.#budget;
    if (this.#isUnreached) return missed("the database could not be reached", null);
    if (this.#watch !== null && name !== "reach" && leftMs > 0) {
      return this.#settle(name, await this.#watch.read(name, leftMs));
    }
    this.isTimeSpent = true;
    return missed(`time budget: ${formatDuration(totalMs)} are spent`, "give it more by --timeout");
  }

  async #askStore(): Promise<Unknown | null> {
    try {
      const backups = await this.#target.backups(this.#watch?.identity.key ?? null);
      if (backups === null) return NO_STORE;
      this.known.set("backups", backups);
      return null;
    } catch (error) {
      if (!(error instanceof DbopsError)) throw error;
      return missed(error.why ?? error.message, error.hint);
    }
  }

  #settle<Name extends FactName>(name: Name, reading: Reading<Facts[Name]>): Unknown | null {
    this.databaseMs += reading.costMs;
    if (reading.state !== "read")
      return { ...missed(reading.reason, reading.enable), isAbsent: reading.state === "absent" };
    this.answered += 1;
    this.known.set(name, reading.fact);
    return null;
  }
}

function missed(reason: string, enable: string | null): Unknown {
  return { isAbsent: false, reason, enable };
}
