import type { ChildProcess } from "node:child_process";
import { Socket } from "node:net";
import type { Readable } from "node:stream";
import { DbopsError } from "../../lib/core/errors.js";
import { type Child, toolFailed } from "../../lib/system/child-registry.js";
import type { DriverContext } from "../driver.js";
import type { Fingerprint, FingerprintMode } from "../fingerprint-model.js";
import type { SourceCondition } from "../snapshot-model.js";
import type { ViewAnswer, ViewQuestion } from "./view-protocol.js";
import {
  type BtreeSize,
  type CopyRequest,
  type CopyResult,
  type CopyStage,
  DATA_PIPE,
  isWorkerReply,
  type OpenRequest,
  type OverwriteRequest,
  type ScriptResult,
  type WorkerReply,
  type WorkerRequest,
  type WorkerResult,
} from "./worker-protocol.js";

type OnProgress = (donePages: number, totalPages: number, stage: CopyStage) => void;

/** A forked child that does the long statements of one database; aborting the run or disposing ends it. */
export class Worker implements AsyncDisposable {
  readonly #child: Child;
  readonly #process: ChildProcess;
  readonly #signal: AbortSignal;
  readonly #onAbort: () => void;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(started: { child: Child; process: ChildProcess }, signal: AbortSignal) {
    this.#child = started.child;
    this.#process = started.process;
    this.#signal = signal;
    this.#onAbort = () => void this.#end();
    // A pipe that breaks means that the child has died, which #death reports.
    this.data?.on("error", () => {});
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  static async start(context: DriverContext, { hasDataPipe = false } = {}): Promise<Worker> {
    context.signal.throwIfAborted();
    const module = new URL("./worker.js", import.meta.url);
    return new Worker(await context.children.fork(module, context.env, { hasDataPipe }), context.signal);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** What the child writes into its further pipe; null when it was given none. */
  get data(): Socket | null {
    const pipe = this.#process.stdio[DATA_PIPE];
    return pipe instanceof Socket ? pipe : null;
  }

  async view(question: ViewQuestion): Promise<ViewAnswer> {
    const result = await this.#ask({ kind: "view", question });
    return result.of === "view" ? result.value : unexpected(result);
  }

  async copy(request: Omit<CopyRequest, "kind">, onProgress: OnProgress): Promise<CopyResult> {
    const result = await this.#ask({ kind: "copy", ...request }, onProgress);
    return result.of === "copy" ? result.value : unexpected(result);
  }

  /** Of a file that this process keeps from being written, and that the child does not have open through SQLite. */
  async image(path: string, destination: string): Promise<void> {
    await this.#ask({ kind: "image", path, destination });
  }

  async overwrite(request: Omit<OverwriteRequest, "kind">, onProgress: OnProgress): Promise<void> {
    await this.#ask({ kind: "overwrite", ...request }, onProgress);
  }

  async check(database: OpenRequest): Promise<SourceCondition> {
    const result = await this.#ask({ kind: "check", database });
    return result.of === "check" ? result.value : unexpected(result);
  }

  async fingerprint(database: OpenRequest, mode: FingerprintMode): Promise<Fingerprint> {
    const result = await this.#ask({ kind: "fingerprint", database, mode });
    return result.of === "fingerprint" ? result.value : unexpected(result);
  }

  async sizes(database: OpenRequest): Promise<readonly BtreeSize[]> {
    const result = await this.#ask({ kind: "sizes", database });
    return result.of === "sizes" ? result.value : unexpected(result);
  }

  /** Runs an SQL text in the empty file at `path`; the next piece is read when the child has done the last. */
  async runScript(path: string, openText: () => Promise<Readable>): Promise<ScriptResult> {
    await this.#ask({ kind: "scriptBegin", path });
    for await (const bytes of await openText()) await this.#ask({ kind: "scriptPiece", bytes });
    const result = await this.#ask({ kind: "scriptEnd" });
    return result.of === "script" ? result.value : unexpected(result);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener("abort", this.#onAbort);
    await this.#end();
  }

  /** Ends a child that only reads, at once: one that is blocked in a write hears no milder signal. */
  kill(): void {
    this.#process.kill("SIGKILL");
    // A pipe that nobody reads would keep the child's end from being told.
    this.data?.destroy();
  }

  async #end(): Promise<void> {
    if (this.data !== null) this.kill();
    await this.#child.end();
  }

  /** One request at a time, in the order of asking. */
  #ask(request: WorkerRequest, onProgress?: OnProgress): Promise<WorkerResult> {
    const answer = this.#last.then(() => this.#exchange(request, onProgress));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  async #exchange(request: WorkerRequest, onProgress: OnProgress | undefined): Promise<WorkerResult> {
    const listening = new AbortController();
    try {
      const reply = this.#reply(request, { onProgress, signal: listening.signal });
      return await Promise.race([reply, this.#death()]);
    } finally {
      listening.abort();
      // Whatever an aborted child still said, the run's own reason counts.
      this.#signal.throwIfAborted();
    }
  }

  #reply(
    request: WorkerRequest,
    { onProgress, signal }: { onProgress: OnProgress | undefined; signal: AbortSignal },
  ): Promise<WorkerResult> {
    return new Promise((resolve, reject) => {
      const listener = (message: unknown): void => {
        if (!isWorkerReply(message)) return;
        if (message.kind === "progress") onProgress?.(message.donePages, message.totalPages, message.stage);
        else if (message.kind === "result") resolve(message.result);
        else reject(errorOf(message));
      };
      this.#process.on("message", listener);
      signal.addEventListener("abort", () => this.#process.off("message", listener), { once: true });
      // A channel that breaks means that the child has died, which #death reports.
      if (this.#process.connected) this.#process.send(request, () => undefined);
    });
  }

  async #death(): Promise<never> {
    const end = await this.#child.ended;
    this.#signal.throwIfAborted();
    throw toolFailed("the SQLite worker", end);
  }
}

function errorOf({ code, message, why, hint }: Extract<WorkerReply, { kind: "failed" }>): DbopsError {
  return new DbopsError(code, { message, why: why ?? undefined, hint: hint ?? undefined });
}

function unexpected(result: WorkerResult): never {
  throw new DbopsError("RUN.BUG", { message: `the SQLite worker answered ${result.of} to another question` });
}
