import type { Session } from "../session.js";
import type { ReadSessions } from "./read-sessions.js";

/** The one session of a transaction, for one taker after the other. */
export class OneSession implements ReadSessions {
  readonly #session: Session;
  #free: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  async take(): Promise<Session> {
    const before = this.#free;
    let release = (): void => undefined;
    this.#free = new Promise<void>((resolve) => {
      release = resolve;
    });
    await before;
    this.#release = release;
    return this.#session;
  }

  /** Left in the middle of an answer it is good for nothing, and the transaction with it. */
  async giveBack(session: Session, isWhole: boolean): Promise<void> {
    if (!isWhole) await session[Symbol.asyncDispose]();
    this.#release();
  }
}
