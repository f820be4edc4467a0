import { readdirSync, readFileSync } from "node:fs";

const POLL_MS = 10;

/**
 * @typedef {object} Peaks
 * @property {Map<string, number>} byProcess highest VmHWM in bytes of each kind of process: `dbops`, `dbops worker`, `zstd`…
 * @property {number} treeBytes highest sum of VmRSS over the process and all its descendants at one time
 */

/**
 * Watches a process and its descendants (Linux) until `stop` is called.
 * @param {number} root
 * @returns {{ stop: () => Peaks }}
 */
export function watchMemory(root) {
  /** @type {Peaks} */
  const peaks = { byProcess: new Map(), treeBytes: 0 };
  const timer = setInterval(() => look(root, peaks), POLL_MS);
  return {
    stop: () => {
      clearInterval(timer);
      return peaks;
    },
  };
}

/**
 * @param {number} root
 * @param {Peaks} peaks
 */
function look(root, peaks) {
  const processes = readProcesses();
  const family = new Set([root]);
  for (let size = 0; size !== family.size; ) {
    size = family.size;
    for (const { pid, parent } of processes) if (family.has(parent)) family.add(pid);
  }
  let sum = 0;
  for (const { pid, name, rss, highest } of processes) {
    if (!family.has(pid)) continue;
    sum += rss;
    const kind = kindOf(pid, name);
    peaks.byProcess.set(kind, Math.max(peaks.byProcess.get(kind) ?? 0, highest));
  }
  peaks.treeBytes = Math.max(peaks.treeBytes, sum);
}

function readProcesses() {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const status = readText(`/proc/${entry}/status`);
      const field = (/** @type {string} */ name) => new RegExp(`^${name}:\\s*(\\S+)`, "m").exec(status)?.[1];
      const kilobytes = (/** @type {string} */ name) => Number(field(name) ?? 0) * 1024;
      const pid = Number(entry);
      const parent = Number(field("PPid") ?? 0);
      return { pid, parent, name: field("Name") ?? "", rss: kilobytes("VmRSS"), highest: kilobytes("VmHWM") };
    });
}

/**
 * @param {number} pid
 * @param {string} name
 */
function kindOf(pid, name) {
  const words = readText(`/proc/${pid}/cmdline`).split("\0");
  if (words.some((word) => word.endsWith("/dbops.js"))) return "dbops";
  const module = words.find((word) => word.endsWith(".js"));
  return module === undefined ? name : `dbops ${module.split("/").at(-1)?.replace(/\.js$/, "")}`;
}

/** @param {string} path */
function readText(path) {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // It ended between two looks.
    return "";
  }
}
