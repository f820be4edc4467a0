// Loaded by `node --import` before a program: notes the process and the address of every module that it imports.
import { appendFileSync } from "node:fs";
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

if (isMainThread) register(import.meta.url);

/** Node's hook for loading; Node calls it in a thread of its own. */
export async function load(url, context, next) {
  appendFileSync(process.env.MODULES_LOG, `${process.pid} ${url}\n`);
  return await next(url, context);
}
