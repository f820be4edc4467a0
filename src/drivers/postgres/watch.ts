import type { Clock } from "../../lib/core/clock.js";
import { DbopsError } from "../../lib/core/errors.js";
import type { DriverContext, Identity } from "../driver.js";
import type { FactName, Facts, Fix, Reading, Remedy, Watch } from "../fact-model.js";
import { type ConnInfo, labelOf } from "./conn-info.js";
import { openSession } from "./connect.js";
import { blockingFact } from "./facts/blocking.js";
import { checksumsFact } from "./facts/checksums.js";
import { connectionsFact } from "./facts/connections.js";
import { foreignKeysFact } from "./facts/foreign-keys.js";
import { indexesFact } from "./facts/indexes.js";
import { Absent, Hidden, type PostgresFact } from "./facts/postgres-fact.js";
import { probeFact } from "./facts/probe.js";
import { sizeFact } from "./facts/size.js";
import { transactionAgesFact } from "./facts/transaction-ages.js";
import { transactionsFact } from "./facts/transactions.js";
import { identityOf } from "./identity.js";
import { remedyFor } from "./remedies.js";
import { readNature } from "./server-facts.js";
import type { Session } from "./session.js";
import { look, prepareWatch } from "./watch-session.js";

/** Longer than any statement may take. */
const ANSWER_MS = 3000;

type AskedFacts = { readonly [Name in FactName]?: PostgresFact<Name> };

const ASKED: AskedFacts = {
  probe: probeFact,
  connections: connectionsFact,
  transactions: transactionsFact,
  transactionAges: transactionAgesFact,
  blocking: blockingFact,
  checksums: checksumsFact,
  indexes: indexesFact,
  foreignKeys: foreignKeysFact,
  size: sizeFact,
};

/** What a watch of a server can tell. */
export const WATCHED: readonly FactName[] = Object.values(ASKED).map(({ name }) => name);

/** One session that asks one question at a time. CONNECT.*. */
export async function openWatch(conn: ConnInfo, context: DriverContext): Promise<Watch> {
  const { clock, signal } = context;
  const startedMs = clock.monotonicMs();
  // The monitor's limit holds also where the URL allows more.
  const connectTimeoutMs = Math.min(conn.connectTimeoutMs ?? context.connectTimeoutMs, context.connectTimeoutMs);
  const session = await openSession({ ...conn, connectTimeoutMs }, { context });
  try {
    const connectMs = clock.monotonicMs() - startedMs;
    await prepareWatch(session);
    const nature = await readNature(session);
    const identity = identityOf(conn, nature, session);
    return new PostgresWatch(session, {
      label: labelOf(conn),
      identity,
      major: nature.major,
      connectMs,
      clock,
      signal,
    });
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

interface WatchFacts {
  readonly label: string;
  readonly identity: Identity;
  readonly major: number;
  readonly connectMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

class PostgresWatch implements Watch {
  readonly engine = "postgres";
  readonly label: string;
  readonly identity: Identity;
  readonly #session: Session;
  readonly #facts: WatchFacts;

  constructor(session: Session, facts: WatchFacts) {
    this.#session = session;
    this.#facts = facts;
    this.label = facts.label;
    this.identity = facts.identity;
  }

  async read<Name extends FactName>(name: Name, budgetMs: number): Promise<Reading<Facts[Name]>> {
    const asked: AskedFacts[Name] = ASKED[name];
    if (asked === undefined) throw new Error(`a server has no fact ${name}`);
    const { clock, signal, connectMs, major } = this.#facts;
    const startedMs = clock.monotonicMs();
    const spentMs = (): number => clock.monotonicMs() - startedMs;
    // A server that answers nothing at all, not even that it took too long.
    const giveUp = setTimeout(() => void this[Symbol.asyncDispose](), Math.min(budgetMs, ANSWER_MS));
    try {
      const rows = await look(this.#session, asked.sql(major), budgetMs);
      const costMs = spentMs();
      const fact = asked.read(rows, { connectMs, answerMs: costMs });
      if (fact instanceof Absent) return { state: "absent", reason: fact.reason, enable: fact.enable, costMs };
      if (!(fact instanceof Hidden)) return { state: "read", fact, costMs };
      return { state: "unavailable", reason: `${fact.what} hidden`, enable: fact.enable, costMs };
    } catch (error) {
      signal.throwIfAborted();
      return { state: "unavailable", ...reasonOf(error), costMs: spentMs() };
    } finally {
      clearTimeout(giveUp);
    }
  }

  remedy(remedy: Remedy): Fix | null {
    return remedyFor(remedy);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#session[Symbol.asyncDispose]();
  }
}

/** What a server refuses is no fault of the monitor's. A dead connection is not replaced: it may have died of too many. */
function reasonOf(error: unknown): { readonly reason: string; readonly enable: string | null } {
  if (!(error instanceof DbopsError)) throw error;
  if (error.exitName === "UNREACHABLE") return { reason: "the connection was lost", enable: null };
  if (error.code === "LOCK.DATABASE") return { reason: "a lock was not free at once", enable: null };
  if (error.code === "RUN.TIMEOUT") return { reason: "the server took too long to answer", enable: null };
  return { reason: error.why ?? error.message, enable: error.hint };
}
