import type { AlertSettings } from "./alerts.js";
import type { BackupSettings } from "./backup-settings.js";

/** A database that the configuration or the command line names. */
export interface ConfiguredTarget {
  /** The configured name, or one derived from the path or URL. */
  readonly name: string;
  /** False when the command line gave a path or URL that the configuration does not name. */
  readonly isConfigured: boolean;
  /** Must be named on the command line for whatever changes it. */
  readonly isProtected: boolean;
  /** How the user wrote it on the command line; null when it was chosen for them. */
  readonly word: string | null;
  readonly engine: string;
  /** Path or URL; may hold a password. Registered with the redactor. */
  readonly location: string;
  readonly service: ServiceCommands | null;
  readonly backup: BackupSettings;
  readonly alerts: AlertSettings;
}

/** Programs that stop and start what uses the database: argv arrays, no shell. */
export interface ServiceCommands {
  readonly stop: readonly string[];
  readonly start: readonly string[];
}
