import { watchMemory } from "../memory.js";
import { megabytes } from "../table.js";

const MOST_PROCESS_BYTES = 150e6;
const MOST_TREE_BYTES = 250e6;

/**
 * Runs dbops once under watch: one row for each of its own processes and one for the whole tree.
 * @param {import("../world.js").World} world
 * @param {string} what
 * @param {readonly string[]} args
 * @returns {Promise<import("../table.js").Row[]>}
 */
export async function memoryRows(world, what, args) {
  /** @type {ReturnType<typeof watchMemory> | null} */
  let watch = null;
  await world.dbops(args, (pid) => {
    watch = watchMemory(pid);
  });
  if (watch === null) return [];
  const { byProcess, treeBytes } = /** @type {ReturnType<typeof watchMemory>} */ (watch).stop();
  const own = [...byProcess].filter(([name]) => name.startsWith("dbops"));
  return [
    ...own.map(([name, bytes]) => row(`${what}, peak memory of ${name}`, bytes, MOST_PROCESS_BYTES)),
    row(`${what}, peak memory of the process tree`, treeBytes, MOST_TREE_BYTES),
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
