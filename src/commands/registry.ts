import type { RegistryEntry } from "../lib/runtime/command.js";

/** Every command; a module is loaded only when its command is named. */
export const COMMANDS: readonly RegistryEntry[] = [
  {
    path: "init",
    summary: "find databases and write a commented dbops.yaml",
    danger: "writes",
    load: async () => (await import("./init/init.js")).initCommand,
  },
  {
    path: "config show",
    summary: "print every setting as it is in force, without secrets",
    danger: "reads",
    load: async () => (await import("./config/show.js")).showCommand,
  },
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
    path: "backup show",
    summary: "everything that is known of one backup",
    danger: "reads",
    load: async () => (await import("./backup/show.js")).showCommand,
  },
  {
    path: "backup drill",
    summary: "restore the newest backup for practice and measure recovery time and data loss",
    danger: "writes",
    load: async () => (await import("./backup/drill.js")).drillCommand,
  },
  {
    path: "backup health",
    summary: "exit 4 when the newest backup of a target is too old or damaged",
    danger: "reads",
    load: async () => (await import("./backup/health.js")).healthCommand,
  },
  {
    path: "backup accept",
    summary: "say that a failed or shrunken run is as it should be, so that retention goes on",
    danger: "writes",
    load: async () => (await import("./backup/accept.js")).acceptCommand,
  },
  {
    path: "export",
    summary: "write tables as CSV, JSON, SQL or a SQLite file, exact and of one moment",
    danger: "writes",
    load: async () => (await import("./export/export.js")).exportCommand,
  },
  {
    path: "restore run",
    summary: "load a backup beside a database, prove it equal, and swap it in",
    danger: "destroys",
    load: async () => (await import("./restore/run.js")).runCommand,
  },
  {
    path: "restore undo",
    summary: "put back what the last restore replaced",
    danger: "destroys",
    load: async () => (await import("./restore/undo.js")).undoCommand,
  },
  {
    path: "restore previous",
    summary: "list the states that restores have replaced and kept",
    danger: "reads",
    load: async () => (await import("./restore/previous.js")).previousCommand,
  },
  {
    path: "restore discard",
    summary: "delete what restores have kept, for good",
    danger: "destroys",
    load: async () => (await import("./restore/discard.js")).discardCommand,
  },
  {
    path: "backup adopt",
    summary: "verify dumps and files made by other programs and take them into the store",
    danger: "writes",
    load: async () => (await import("./backup/adopt.js")).adoptCommand,
  },
  {
    path: "cleanup backups",
    summary: "delete the backups that no retention rule keeps",
    danger: "locks",
    load: async () => (await import("./cleanup/backups.js")).backupsCommand,
  },
  {
    path: "migrate copy run",
    summary: "copy a database into another one, of another engine too, and prove both equal",
    danger: "destroys",
    load: async () => (await import("./migrate/copy-run.js")).copyRunCommand,
  },
  {
    path: "migrate copy status",
    summary: "how far copies are, and how to go on with those that were cut short",
    danger: "reads",
    load: async () => (await import("./migrate/copy-status.js")).copyStatusCommand,
  },
  {
    path: "import",
    summary: "load CSV, TSV, JSON, NDJSON, SQL or a database file, all or nothing",
    danger: "destroys",
    load: async () => (await import("./import/import.js")).importCommand,
  },
  {
    path: "monitor check",
    summary: "look at live databases without harming them, and say what is wrong or will be",
    danger: "reads",
    isPlugin: true,
    load: async () => (await import("./monitor/check.js")).checkCommand,
  },
  {
    path: "info",
    summary: "show what a database is and holds",
    danger: "reads",
    load: async () => (await import("./info/info.js")).infoCommand,
  },
  {
    path: "doctor",
    summary: "check everything that backups and restores need",
    danger: "reads",
    load: async () => (await import("./doctor/doctor.js")).doctorCommand,
  },
];
