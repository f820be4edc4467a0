import type { Session } from "../session.js";

/** Sessions that all see what is to be read. */
export interface ReadSessions {
  /** One for the taker alone; waits while all are taken. CONNECT.*. */
  take(): Promise<Session>;
  /** `isWhole` false: its last answer was not read to the end, or was an error. */
  giveBack(session: Session, isWhole: boolean): Promise<void>;
}

export interface PoolOptions {
  /** At a time, at most. */
  readonly most: number;
  readonly open: () => Promise<Session>;
  /** Statements around each use; empty = none. */
  readonly begin: string;
  readonly end: string;
}

/** Sessions that are opened when they are needed and used again. Disposing closes them all. */
export class SessionPool implements ReadSessions, AsyncDisposable {
  readonly #options: PoolOptions;
  readonly #all = new Set<Session>();
  readonly #idle: Session[] = [];
  readonly #waiting: (() => void)[] = [];
  #taken = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  async take(): Promise<Session> {
    while (this.#taken >= this.#options.most) {
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
    this.#taken += 1;
    try {
      return await this.#begin();
    } catch (error) {
      this.#release();
      throw error;
    }
  }

  async giveBack(session: Session, isWhole: boolean): Promise<void> {
    try {
      const isKept = isWhole && this.#all.has(session) && (await this.#ended(session));
      if (isKept) this.#idle.push(session);
      else await this.#close(session);
    } finally {
      this.#release();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#all].map((session) => this.#close(session)));
  }

  async #begin(): Promise<Session> {
    const session = this.#idle.pop() ?? (await this.#options.open());
    this.#all.add(session);
    try {
      if (this.#options.begin !== "") await session.run(this.#options.begin);
      return session;
    } catch (error) {
      await this.#close(session);
      throw error;
    }
  }

  async #ended(session: Session): Promise<boolean> {
    if (this.#options.end === "") return true;
    return await session.run(this.#options.end).then(
      () => true,
      () => false,
    );
  }

  async #close(session: Session): Promise<void> {
    this.#all.delete(session);
    await session[Symbol.asyncDispose]();
  }

  #release(): void {
    this.#taken -= 1;
    this.#waiting.shift()?.();
  }
}
