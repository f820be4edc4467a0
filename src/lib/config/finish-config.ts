import { DbopsError } from "../core/errors.js";
import type { BackupSettings } from "./backup-settings.js";
import { onlyTarget, targetOf } from "./choose-target.js";
import type { Config, LocatedDatabase } from "./config.js";
import type { ConfigSources } from "./config-sources.js";
import { defaultStore } from "./default-store.js";
import { readAlerts } from "./read-alerts.js";
import { type BackupDraft, readBackup } from "./read-backup.js";
import { readTargets, type TargetDraft } from "./read-targets.js";
import { Secret } from "./secret.js";
import type { SecretReader } from "./secret-reader.js";
import { settingOrigins } from "./setting-origins.js";
import { SETTINGS } from "./settings.js";
import type { ConfiguredTarget } from "./target.js";
import { type LocationBase, parseLocation, passwordsIn, type TargetLocation } from "./target-location.js";

interface Finishing {
  readonly cwd: string;
  readonly subcommands?: readonly string[];
  readonly secret: (value: string) => void;
  readonly secrets: SecretReader;
  readonly notices: string[];
}

/** Reads every setting, tells all problems at once, and only then fetches secrets. */
export async function finishConfig(sources: ConfigSources, finishing: Finishing): Promise<Config> {
  const { problems, variables, reader } = sources;
  const general = readBackup(null, null, sources);
  const drafts = readTargets(sources, finishing.notices);
  const connectTimeoutMs = reader.readOr(SETTINGS.connectTimeout, null);
  const audit = { isRequired: reader.readOr(SETTINGS.auditRequired, null) };
  addRefusals(drafts.length === 0 ? [general] : drafts.map(({ backup }) => backup), sources);
  problems.throwIfAny(sources.file?.path ?? null);

  const backup = await withSecret(general, "backup.passphrase", finishing.secrets);
  const targets: ConfiguredTarget[] = [];
  for (const draft of drafts) targets.push(await withSecrets(draft, sources, finishing));
  return {
    path: sources.file?.path ?? null,
    environment: variables.environment,
    targets,
    backup,
    connectTimeoutMs,
    settings: settingOrigins(sources, drafts),
    audit,
    notices: finishing.notices,
    ...chooser({ targets, general, backup, sources, finishing }),
    locate: (text, folder) => locate(text, { folder, homeDir: sources.homeDir }, finishing.secret),
  };
}

function addRefusals(drafts: readonly BackupDraft[], { problems }: ConfigSources): void {
  for (const { encryption } of drafts) {
    if (encryption.refusal !== null) problems.add(encryption.refusal.source, encryption.refusal.text);
  }
}

interface Choosing {
  readonly targets: readonly ConfiguredTarget[];
  readonly general: BackupDraft;
  readonly backup: BackupSettings;
  readonly sources: ConfigSources;
  readonly finishing: Finishing;
}

function chooser(choosing: Choosing): Pick<Config, "one" | "some"> {
  const { targets, sources, finishing } = choosing;
  const adHoc = (location: TargetLocation): ConfiguredTarget => commandLineTarget(location, choosing);
  const choice = { targets, cwd: finishing.cwd, adHoc };
  const named = (word: string | null): ConfiguredTarget | null => {
    if (word !== null) return targetOf(word, finishing.subcommands ?? [], choice);
    const variable = sources.variables.get("DBOPS_TARGET");
    return variable === null ? null : { ...targetOf(variable.value, [], choice), word: null };
  };
  return {
    one: (word) => named(word) ?? onlyTarget(targets),
    some: (word) => {
      const target = named(word);
      return target === null ? targets : [target];
    },
  };
}

function commandLineTarget(
  location: TargetLocation,
  { general, backup, sources, finishing }: Choosing,
): ConfiguredTarget {
  addRefusals([general], sources);
  sources.problems.throwIfAny(sources.file?.path ?? null);
  for (const password of passwordsIn(location.location)) finishing.secret(password);
  const store = backup.store ?? defaultStore(sources.file, sources.folders.data, location.file);
  return {
    name: location.derivedName,
    isConfigured: false,
    isProtected: false,
    word: null,
    engine: location.engine,
    location: location.location,
    service: null,
    backup: { ...backup, store },
    alerts: readAlerts(null, sources),
  };
}

function locate(text: string, base: LocationBase, secret: (value: string) => void): LocatedDatabase | null {
  const location = parseLocation(text, base);
  const passwords = passwordsIn(text);
  for (const password of passwords) secret(password);
  return location === null ? null : { ...location, hasPassword: passwords.length > 0 };
}

async function withSecrets(
  draft: TargetDraft,
  sources: ConfigSources,
  finishing: Finishing,
): Promise<ConfiguredTarget> {
  const { name, isProtected, service, url, alerts } = draft;
  const key = `targets.${name}`;
  const { folder } = url.candidate;
  const text =
    typeof url.value === "string" ? url.value : await finishing.secrets.read(url.value, `${key}.url`, folder);
  const location = parseLocation(text, { folder, homeDir: sources.homeDir });
  if (location === null) {
    throw new DbopsError("CONFIG.SECRET", {
      message: `the secret for ${key}.url is no path and no URL that dbops serves`,
    });
  }
  for (const password of passwordsIn(location.location)) finishing.secret(password);
  const backup = await withSecret(draft.backup, `${key}.backup.passphrase`, finishing.secrets);
  const { engine } = location;
  const place = { word: null, engine, location: location.location };
  return { name, isConfigured: true, isProtected, ...place, service, backup, alerts };
}

async function withSecret(draft: BackupDraft, label: string, secrets: SecretReader): Promise<BackupSettings> {
  const { passphrase } = draft.encryption;
  if (passphrase === null) return { ...draft.settings, passphrase: null };
  const value = await secrets.read(passphrase.value, label, passphrase.candidate.folder);
  return { ...draft.settings, passphrase: new Secret(value) };
}
