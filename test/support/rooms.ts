import type { SourceImport } from "./source-walk.js";

/** Which room may import which, as docs/architecture.md says: paths are prefixes, `types` may only be imported as types. */
interface RoomRules {
  readonly values: readonly string[];
  readonly types?: readonly string[];
}

const CONTRACTS = [
  "drivers/copy-kind-model.ts",
  "drivers/copy-rows-model.ts",
  "drivers/copy-source-model.ts",
  "drivers/copy-target-model.ts",
  "drivers/copy-limit-model.ts",
  "drivers/copy-type-model.ts",
  "drivers/driver.ts",
  "drivers/fact-model.ts",
  "drivers/fingerprint-model.ts",
  "drivers/load-model.ts",
  "drivers/script-model.ts",
  "drivers/source-model.ts",
  "drivers/restore-model.ts",
  "drivers/schema-model.ts",
  "drivers/snapshot-model.ts",
  "drivers/view-model.ts",
];
const LEAVES = ["lib/config/", "lib/terminal/", "lib/storage/", "lib/codec/"];
const LEAF: RoomRules = { values: ["lib/core/", "lib/system/"], types: LEAVES };
const DOMAIN: RoomRules = {
  values: ["lib/core/", "lib/system/", "lib/codec/", "lib/storage/", "lib/DOMAIN/"],
  types: [...CONTRACTS, "lib/config/"],
};

const RULES: Readonly<Record<string, RoomRules>> = {
  "lib/core": { values: [] },
  "lib/system": { values: ["lib/core/"] },
  "lib/config": LEAF,
  "lib/terminal": LEAF,
  "lib/storage": LEAF,
  "lib/codec": LEAF,
  "lib/DOMAIN": DOMAIN,
  "lib/runtime": { values: ["lib/", "drivers/open.ts"], types: [...CONTRACTS, "commands/define.ts"] },
  "drivers/ENGINE": { values: ["lib/core/", "lib/system/", "lib/codec/", ...CONTRACTS] },
  drivers: { values: ["lib/core/", "lib/system/", "drivers/"], types: ["lib/config/", "lib/codec/"] },
  "commands/GROUP": {
    values: ["commands/define.ts", "commands/options.ts", "lib/core/", "lib/DOMAIN/"],
    types: [...CONTRACTS, "lib/config/", "lib/storage/", "lib/runtime/"],
  },
  commands: { values: ["commands/", "lib/core/"], types: ["lib/runtime/", ...CONTRACTS] },
  main: { values: ["main.ts", "program.ts", "parse-leaf.ts", "commands/", "lib/"] },
};

const NOT_DOMAINS = new Set(["core", "system", "config", "terminal", "storage", "codec", "runtime"]);

/** The packages and the folders or files that may import them. */
export const PACKAGE_OWNERS: Readonly<Record<string, readonly string[]>> = {
  "@clack/prompts": ["lib/terminal/"],
  "age-encryption": ["lib/codec/"],
  archiver: ["lib/codec/"],
  "better-sqlite3": ["drivers/sqlite/", "lib/system/kernel-lock.ts"],
  chalk: ["lib/terminal/"],
  "cli-table3": ["lib/terminal/"],
  commander: ["parse-leaf.ts"],
  ora: ["lib/terminal/"],
  pg: ["drivers/postgres/"],
  "pg-copy-streams": ["drivers/postgres/"],
  "prom-client": ["lib/findings/"],
  yaml: ["lib/config/"],
  zod: ["lib/", "commands/"],
};

/** The room of a file of src: `lib/core`, `lib/DOMAIN`, `drivers/ENGINE`, `commands/GROUP`, … */
export function roomOf(path: string): string {
  const [house = "", room = "", file] = path.split("/");
  if (house === "lib") return NOT_DOMAINS.has(room) ? `lib/${room}` : "lib/DOMAIN";
  if (house === "drivers") return file === undefined ? "drivers" : "drivers/ENGINE";
  if (house === "commands") return file === undefined ? "commands" : "commands/GROUP";
  return "main";
}

/** Whether the file may import what it imports. */
export function mayImport(path: string, { from, kind }: SourceImport): boolean {
  if (folderOf(path) === folderOf(from) && roomOf(path) !== "main") return true;
  const rules = RULES[roomOf(path)];
  if (rules === undefined) return false;
  const allowed = kind === "type" ? [...rules.values, ...(rules.types ?? [])] : rules.values;
  return allowed.some((prefix) => from.startsWith(prefix) || `${roomOf(from)}/`.startsWith(prefix));
}

/** Two folders deep: `lib/backup`, `drivers/sqlite`; files deeper belong to the same room. */
function folderOf(path: string): string {
  return path.split("/").slice(0, -1).slice(0, 2).join("/");
}
