import type { Group } from "../lib/runtime/command.js";

/** Verbs that have subcommands. */
export const GROUPS: readonly Group[] = [
  { name: "backup", summary: "take, list, verify and drill backups", defaultCommand: "create" },
  { name: "restore", summary: "get data back, with undo", defaultCommand: "run" },
  { name: "migrate", summary: "move data and structure" },
  { name: "migrate copy", summary: "copy a database into another one, and prove both equal", defaultCommand: "run" },
  { name: "monitor", summary: "look at live databases without harming them", defaultCommand: "check" },
  { name: "cleanup", summary: "remove what is no longer needed" },
  { name: "config", summary: "look at the configuration" },
];
