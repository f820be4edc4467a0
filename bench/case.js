/**
 * @typedef {object} Case
 * @property {string} name for --only
 * @property {readonly string[]} needs programs on PATH; `initdb` stands for a PostgreSQL server's own
 * @property {(world: import("./world.js").World) => Promise<import("./table.js").Row[]>} run
 */

import { findServerPrograms, hasProgram } from "./programs.js";

/**
 * The programs that a case needs and that are not there.
 * @param {Case} benchCase
 * @returns {Promise<string[]>}
 */
export async function missingPrograms({ needs }) {
  /** @type {string[]} */
  const missing = [];
  for (const name of needs) {
    const isThere = name === "initdb" ? (await findServerPrograms()) !== null : await hasProgram(name);
    if (!isThere) missing.push(name);
  }
  return missing;
}
