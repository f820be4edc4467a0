import type { Readable, Writable } from "node:stream";
import { DbopsError, foreignCode } from "../core/errors.js";
import { heldPromise } from "../core/held-promise.js";
import type { Child, ChildEnd, ChildRegistry, ChildSpec } from "../system/child-registry.js";
import type { Stage } from "./stage.js";

/** Runs a filter program as a stage; `failure` gives its bad end a meaning. TOOL.MISSING when it cannot be started. */
export async function openChildStage(
  children: ChildRegistry,
  spec: ChildSpec,
  failure: (end: ChildEnd) => unknown,
): Promise<Stage> {
  const child = await children.start({ ...spec, stdin: "pipe", stdout: "pipe" });
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) {
    throw new DbopsError("RUN.BUG", { message: `${spec.command} was started without pipes` });
  }
  let outputBytes = 0;
  void child.ended.then((end) => {
    outputBytes = end.outputBytes;
  });
  const ended = heldPromise(goodEnd(child, { stdin, stdout, failure }));
  return { input: stdin, isPipe: true, output: stdout, ended, outputBytes: () => outputBytes };
}

interface Pipes {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly failure: (end: ChildEnd) => unknown;
}

async function goodEnd(child: Child, { stdin, stdout, failure }: Pipes): Promise<void> {
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    void child.end();
  };
  stdout.once("close", () => !stdout.readableEnded && stop());
  // A broken pipe is the child's own doing; any other early close of its input is ours, and must not look like an end.
  stdin.once("close", () => !stdin.writableFinished && foreignCode(stdin.errored) !== "EPIPE" && stop());
  const end = await child.ended;
  if (isStopped && (end.code === 0 || end.signal === "SIGTERM")) throw new Error(`${child.command} was stopped`);
  if (end.code !== 0) throw failure(end);
  if (!stdin.writableFinished) throw new Error(`${child.command} ended before its input did`);
}
