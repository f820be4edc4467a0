import { stat, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { DbopsError, foreignCode, messageOf } from "../../lib/core/errors.js";
import type { DriverContext, Identity, TargetAddress } from "../driver.js";
import type { FactName, Facts, Fix, Reading, Remedy, Watch, WriteAheadLogFact } from "../fact-model.js";
import { identityOf } from "./identity.js";
import { type DatabaseFile, locate } from "./locate.js";
import { OrderClient } from "./order-client.js";
import { remedyFor } from "./remedies.js";
import { sidecarsOf } from "./sidecars.js";
import { Unavailable } from "./unavailable.js";
import { watchAccess } from "./watch-access.js";
import type { AskAnswer, AskOrder, LogIndex, LookAnswer, LookOrder } from "./watch-protocol.js";

/** A log that lags less than this is taken by the next checkpoint. */
const LAG_FRAMES = 1000;
const SECOND_LOOK_MS = 200;

/** What is asked of an open database, and the answer. */
type Question = Exclude<AskOrder["kind"], "open">;
type AnswerTo<Kind extends Question> = Extract<AskAnswer, { readonly of: Kind; readonly answerMs: number }>;
type Readers = { readonly [Name in FactName]?: () => Promise<Facts[Name]> };

/** What a watch of a file can tell. */
export const WATCHED: readonly FactName[] = [
  "probe",
  "size",
  "disk",
  "pages",
  "writeAheadLog",
  "indexes",
  "foreignKeys",
];

/** Finds the file; nothing is opened before it is asked about. CONNECT.*. */
export async function openWatch(address: TargetAddress, context: DriverContext): Promise<Watch> {
  return new SqliteWatch(await locate(address.location), address, context);
}

class SqliteWatch implements Watch {
  readonly engine = "sqlite";
  readonly label: string;
  readonly identity: Identity;
  readonly #file: DatabaseFile;
  readonly #context: DriverContext;
  readonly #clients: AsyncDisposable[] = [];
  /** How long SQLite was busy; looking at files from outside costs the database nothing. */
  #askedMs = 0;
  #looking: Promise<OrderClient<LookOrder, LookAnswer>> | null = null;
  #openMs = 0;
  #asking: Promise<OrderClient<AskOrder, AskAnswer>> | null = null;
  readonly #readers: Readers = {
    probe: () => this.#probe(),
    indexes: () => this.#indexes(),
    foreignKeys: () => this.#foreignKeys(),
    size: async () => ({ bytes: (await stat(this.#file.path)).size }),
    disk: () => this.#disk(),
    pages: () => this.#pages(),
    writeAheadLog: () => this.#writeAheadLog(),
  };

  constructor(file: DatabaseFile, address: TargetAddress, context: DriverContext) {
    this.#file = file;
    this.#context = context;
    this.label = file.path;
    this.identity = identityOf(file.path, address);
  }

  async read<Name extends FactName>(name: Name, budgetMs: number): Promise<Reading<Facts[Name]>> {
    const { signal } = this.#context;
    const reader: Readers[Name] = this.#readers[name];
    if (reader === undefined) throw new Error(`a file has no fact ${name}`);
    const before = this.#askedMs;
    const spentMs = (): number => this.#askedMs - before;
    const giveUp = setTimeout(() => void this[Symbol.asyncDispose](), budgetMs);
    try {
      return { state: "read", fact: await reader(), costMs: spentMs() };
    } catch (error) {
      signal.throwIfAborted();
      return { state: "unavailable", ...reasonOf(error), costMs: spentMs() };
    } finally {
      clearTimeout(giveUp);
    }
  }

  remedy(remedy: Remedy): Fix | null {
    return remedyFor(remedy, this.#file.path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client[Symbol.asyncDispose]()));
  }

  async #probe(): Promise<Facts["probe"]> {
    const { answerMs } = await this.#ask("probe");
    return { connectMs: this.#openMs, answerMs };
  }

  async #indexes(): Promise<Facts["indexes"]> {
    return (await this.#ask("indexes")).fact;
  }

  async #foreignKeys(): Promise<Facts["foreignKeys"]> {
    return (await this.#ask("foreignKeys")).fact;
  }

  async #ask<Kind extends Question>(kind: Kind): Promise<AnswerTo<Kind>> {
    this.#asking ??= this.#openDatabase();
    const answer = await (await this.#asking).ask({ kind });
    if (!isAnswerTo(answer, kind)) throw new Error("the child answered something else");
    this.#askedMs += answer.answerMs;
    return answer;
  }

  async #openDatabase(): Promise<OrderClient<AskOrder, AskAnswer>> {
    const access = await watchAccess(this.#file);
    if (!access.may) throw new Unavailable(access.reason, access.enable);
    const module = new URL("./ask-process.js", import.meta.url);
    const client = await this.#own<AskOrder, AskAnswer>({ title: "the SQLite monitor", module, user: access.user });
    const answer = await client.ask({ kind: "open", path: this.#file.path, isReadOnly: access.isReadOnly });
    if (answer.of === "open") this.#openMs = answer.openMs;
    this.#askedMs += this.#openMs;
    return client;
  }

  async #disk(): Promise<Facts["disk"]> {
    const folder = dirname(this.#file.path);
    const { blocks, bavail, bsize } = await statfs(folder);
    return { folder, totalBytes: blocks * bsize, freeBytes: bavail * bsize };
  }

  async #pages(): Promise<Facts["pages"]> {
    const answer = await this.#look({ kind: "pages", path: this.#file.path });
    if (answer.of !== "pages") throw new Error("the helper answered something else");
    return answer.pages;
  }

  async #writeAheadLog(): Promise<WriteAheadLogFact> {
    const { path } = this.#file;
    const [{ walBytes }, { size }, index] = await Promise.all([sidecarsOf(path), stat(path), this.#logIndex()]);
    const hasUnseenReader = index !== null && index.readers.length === 0 && (await this.#isStuck(index));
    return { bytes: walBytes ?? 0, databaseBytes: size, index: index === null ? null : { ...index, hasUnseenReader } };
  }

  /** A checkpoint may be under way: only a lag that stays says something. */
  async #isStuck(index: LogIndex): Promise<boolean> {
    if (lagOf(index) <= LAG_FRAMES) return false;
    await pause(SECOND_LOOK_MS, undefined, { signal: this.#context.signal });
    const again = await this.#logIndex();
    return again !== null && lagOf(again) > LAG_FRAMES && again.checkpointed === index.checkpointed;
  }

  async #logIndex(): Promise<LogIndex | null> {
    const answer = await this.#look({ kind: "log", path: this.#file.path });
    if (answer.of !== "log") throw new Error("the helper answered something else");
    return answer.index;
  }

  async #look(order: LookOrder): Promise<LookAnswer> {
    const module = new URL("./look-process.js", import.meta.url);
    this.#looking ??= this.#own<LookOrder, LookAnswer>({ title: "the helper that looks at files", module });
    return await (await this.#looking).ask(order);
  }

  async #own<Order extends { readonly kind: string }, Answer>(
    child: Parameters<typeof OrderClient.start>[0],
  ): Promise<OrderClient<Order, Answer>> {
    const client = await OrderClient.start<Order, Answer>(child, this.#context);
    this.#clients.push(client);
    return client;
  }
}

function isAnswerTo<Kind extends Question>(answer: AskAnswer, kind: Kind): answer is AnswerTo<Kind> {
  return answer.of === kind;
}

function lagOf({ frames, checkpointed }: LogIndex): number {
  return frames - checkpointed;
}

function reasonOf(error: unknown): { readonly reason: string; readonly enable: string | null } {
  if (error instanceof Unavailable) return error;
  if (error instanceof DbopsError) return { reason: error.why ?? error.message, enable: error.hint };
  // Of the file system: the file went away, or may not be looked at.
  if (foreignCode(error) !== null) return { reason: messageOf(error), enable: null };
  throw error;
}
