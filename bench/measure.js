import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * @typedef {object} Work
 * @property {readonly string[]} argv program and arguments; a shell only where a pipe is measured
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 */

/**
 * @typedef {object} Ended
 * @property {number} durationMs wall-clock time from spawn to exit
 * @property {string} stdout
 * @property {readonly { readonly atMs: number, readonly text: string }[]} notes lines of stderr with their time of arrival
 */

/**
 * @typedef {object} Side
 * @property {() => Promise<number>} time runs once and returns milliseconds
 * @property {() => Promise<void>} [reset] untimed, after every run
 */

/**
 * Runs a program to its end; throws with its last words when it fails.
 * @param {Work} work
 * @param {(pid: number) => void} onStart
 * @returns {Promise<Ended>}
 */
export async function runOnce({ argv, cwd, env }, onStart = () => {}) {
  const [command = "", ...args] = argv;
  const started = performance.now();
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  if (child.pid !== undefined) onStart(child.pid);
  let stdout = "";
  /** @type {{ atMs: number, text: string }[]} */
  const notes = [];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    const atMs = performance.now() - started;
    for (const text of String(chunk).split("\n")) if (text !== "") notes.push({ atMs, text });
  });
  const closed = once(child, "close");
  const [code, signal] = await once(child, "exit");
  const durationMs = performance.now() - started;
  await closed;
  if (code !== 0) {
    const words = notes.map(({ text }) => text).join("\n");
    throw new Error(`${argv.join(" ")}\nended with ${signal ?? code}\n${words}${stdout}`);
  }
  return { durationMs, stdout, notes };
}

/**
 * One run of each side to warm up, then `runs` runs in turns; what earlier runs wrote is on disk before the clock starts.
 * @param {number} runs
 * @param {Record<string, Side>} sides
 * @returns {Promise<Record<string, number>>} medians in milliseconds
 */
export async function inTurns(runs, sides) {
  /** @type {Record<string, number[]>} */
  const times = Object.fromEntries(Object.keys(sides).map((name) => [name, []]));
  for (let turn = 0; turn <= runs; turn += 1) {
    const order = Object.entries(sides);
    if (turn % 2 === 1) order.reverse();
    for (const [name, side] of order) {
      await run("sync");
      const durationMs = await side.time();
      await side.reset?.();
      if (turn > 0) times[name]?.push(durationMs);
    }
  }
  return Object.fromEntries(Object.entries(times).map(([name, list]) => [name, median(list)]));
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
