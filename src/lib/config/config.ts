import type { Environment } from "../core/environment.js";
import type { BackupSettings } from "./backup-settings.js";
import type { ConfiguredTarget } from "./target.js";
import type { TargetLocation } from "./target-location.js";

/** What was read from all sources, checked. */
export interface Config {
  /** The file used, absolute; null when there is none. */
  readonly path: string | null;
  /** The environment with `.env` joined in: what drivers may see. */
  readonly environment: Environment;
  readonly targets: readonly ConfiguredTarget[];
  /** The settings where no target is meant. */
  readonly backup: BackupSettings;
  readonly connectTimeoutMs: number;
  /** Every known setting with its value (redacted) and where it came from. */
  readonly settings: readonly SettingOrigin[];
  readonly audit: { readonly isRequired: boolean };
  readonly notices: readonly string[];
  /** Exactly one target for a word, DBOPS_TARGET, or the only configured one. USAGE.TARGET_MISSING, USAGE.TARGET_UNKNOWN. */
  one(word: string | null): ConfiguredTarget;
  /** The named one, or all configured ones. */
  some(word: string | null): readonly ConfiguredTarget[];
  /** What a path or URL would mean as a target of a dbops.yaml in `folder`; null when no engine serves it. */
  locate(text: string, folder: string): LocatedDatabase | null;
}

export interface LocatedDatabase extends TargetLocation {
  /** The text must not be written down. */
  readonly hasPassword: boolean;
}

export interface SettingOrigin {
  /** Dotted path: `backup.store`, `targets.app.backup.keep.daily`. */
  readonly key: string;
  /** As it would be written in dbops.yaml; secrets are `***`; null = not set. */
  readonly value: string | null;
  /** `default`, `dbops.yaml:12`, `env BACKUP_DIR`, `.env BACKUP_DIR`. */
  readonly source: string;
}
