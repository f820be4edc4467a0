import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startDbops } from "./dbops-process.js";

const NOTE = new URL("./note-modules.js", import.meta.url);

/** What one process imported. */
export interface LoadedModules {
  /** Names, each once, in order. */
  readonly packages: readonly string[];
  /** Files of dbops, below its folder. */
  readonly own: readonly string[];
}

/** Runs bin/dbops.js with success and tells what it and then each of its children imported. */
export async function modulesLoadedBy(argv: readonly string[], cwd: string): Promise<readonly LoadedModules[]> {
  const log = join(cwd, `modules-${crypto.randomUUID()}.txt`);
  const dbops = await startDbops(argv, { cwd, env: { NODE_OPTIONS: `--import=${NOTE}`, MODULES_LOG: log } });
  const { exit, stderr } = await dbops.ended;
  if (exit !== 0) throw new Error(`dbops ${argv.join(" ")} ended with exit ${exit}: ${stderr}`);
  const processes = new Map<string, string[]>();
  for (const line of (await readFile(log, "utf8")).trimEnd().split("\n")) {
    const [pid = "", url = ""] = line.split(" ");
    processes.set(pid, [...(processes.get(pid) ?? []), url]);
  }
  return [...processes.values()].map(sorted);
}

function sorted(urls: readonly string[]): LoadedModules {
  const packages = urls.map((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]);
  const root = new URL("../../", import.meta.url).href;
  const own = urls.filter((url) => url.startsWith(root) && !url.includes("/node_modules/") && url !== NOTE.href);
  return {
    packages: [...new Set(packages.filter((name) => name !== undefined))].sort(),
    own: own.map((url) => url.slice(root.length)),
  };
}
