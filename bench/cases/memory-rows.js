import { watchMemory } from "../memory.js";
import { megabytes } from "../table.js";

/** Nothing that dbops runs needs more, however large the database is. */
const USUAL = { processBytes: 150e6, treeBytes: 250e6 };

/**
 * Runs dbops once under watch: one row for each of its own processes, and one for the whole tree where that has a limit.
 * @param {import("../world.js").World} world
 * @param {string} what
 * @param {readonly string[]} args
 * @param {{ processBytes: number, treeBytes: number | null }} most
 * @returns {Promise<import("../table.js").Row[]>}
 */
export async function memoryRows(world, what, args, most = USUAL) {
  /** @type {ReturnType<typeof watchMemory> | null} */
  let watch = null;
  await world.dbops(args, (pid) => {
    watch = watchMemory(pid);
  });
  if (watch === null) return [];
  const { byProcess, treeBytes } = /** @type {ReturnType<typeof watchMemory>} */ (watch).stop();
  const own = [...byProcess].filter(([name]) => name.startsWith("dbops"));
  return [
    ...own.map(([name, bytes]) => row(`${what}, peak memory of ${name}`, bytes, most.processBytes)),
    ...(most.treeBytes === null ? [] : [row(`${what}, peak memory of the process tree`, treeBytes, most.treeBytes)]),
  ];
}

/**
 * @param {string} what
 * @param {number} bytes
 * @param {number} most
 * @returns {import("../table.js").Row}
 */
function row(what, bytes, most) {
  return {
    what,
    ours: megabytes(bytes),
    theirs: `of ${megabytes(most)}`,
    ratio: bytes / most,
    target: 1,
    goal: null,
  };
}
