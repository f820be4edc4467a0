import type { Environment } from "../core/environment.js";

/** What a filter program needs of the environment: no password of ours, and messages in one language. */
export function filterEnvironment(env: Environment): Environment {
  return { PATH: env.PATH, TMPDIR: env.TMPDIR, LC_ALL: "C" };
}
