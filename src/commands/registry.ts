import type { Group, RegistryEntry } from "../lib/runtime/command.js";

/** Verbs that have subcommands. */
export const GROUPS: readonly Group[] = [
  { name: "backup", summary: "take, list, verify and drill backups", defaultCommand: "create" },
  { name: "restore", summary: "get data back, with undo", defaultCommand: "run" },
  { name: "cleanup", summary: "remove what is no longer needed" },
  { name: "config", summary: "look at the configuration" },
];

/** Every command; a module is loaded only when its command is named. */
export const COMMANDS: readonly RegistryEntry[] = [
  {
    path: "backup create",
    summary: "take a backup and verify it",
    danger: "writes",
    load: async () => (await import("./backup/create.js")).createCommand,
  },
  {
    path: "backup list",
    summary: "show backups, what they are worth and what keeps them",
    danger: "reads",
    load: async () => (await import("./backup/list.js")).listCommand,
  },
  {
    path: "backup verify",
    summary: "check backups: stored bytes, every byte read, or a real restore",
    danger: "writes",
    load: async () => (await import("./backup/verify.js")).verifyCommand,
  },
  {
    path: "cleanup backups",
    summary: "delete the backups that no retention rule keeps",
    danger: "locks",
    load: async () => (await import("./cleanup/backups.js")).backupsCommand,
  },
];
