import type { Environment } from "../core/environment.js";

/** A copy of the process's own environment: the only place where it is read. */
export function processEnvironment(): Environment {
  return { ...process.env };
}
