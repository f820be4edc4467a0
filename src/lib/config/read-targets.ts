import type { AlertSettings } from "./alerts.js";
import type { ConfigSources } from "./config-sources.js";
import { flag, type SecretReference } from "./leaves.js";
import { locationLeaf } from "./location-leaf.js";
import { readAlerts } from "./read-alerts.js";
import type { BackupDraft } from "./read-backup.js";
import { readBackup } from "./read-backup.js";
import type { Sourced } from "./setting-reader.js";
import { SERVICE_COMMANDS } from "./settings.js";
import type { ServiceCommands } from "./target.js";
import { parseLocation, schemeOf } from "./target-location.js";

/** A target before secrets are fetched. */
export interface TargetDraft {
  readonly name: string;
  readonly url: Sourced<string | SecretReference>;
  readonly isProtected: boolean;
  readonly service: ServiceCommands | null;
  readonly backup: BackupDraft;
  readonly alerts: AlertSettings;
}

const APPLICATION_VARIABLES = ["DATABASE_URL", "DATABASE_PATH"] as const;

/** The targets of dbops.yaml; when it names none, those of the application's variables. */
export function readTargets(sources: ConfigSources, notices: string[]): readonly TargetDraft[] {
  const names = sources.layers.keys(["targets"]);
  if (names.length === 0) return applicationTargets(sources, notices);
  return names.map((name) => configuredTarget(name, sources)).filter((target) => target !== null);
}

function configuredTarget(name: string, sources: ConfigSources): TargetDraft | null {
  const { layers, problems, reader } = sources;
  const found = layers.find(["targets", name, "url"]);
  const backup = readBackup(name, null, sources);
  const alerts = readAlerts(name, sources);
  const service = readService(name, sources);
  const isProtected = layers.find(["targets", name, "protected"]);
  const protection = isProtected === null ? null : reader.parseFound(flag, isProtected);
  if (found === null) {
    problems.add(layers.sourceOf(["targets", name]), `targets.${name}: url is missing`);
    return null;
  }
  const url = reader.parseFound(locationLeaf, found);
  return url === null ? null : { name, url, isProtected: protection?.value ?? false, service, backup, alerts };
}

function readService(name: string, { layers, problems, reader }: ConfigSources): ServiceCommands | null {
  const section = ["targets", name, "service"];
  if (layers.keys(section).length === 0) return null;
  const [stop, start] = (["stop", "start"] as const).map((key) => {
    const found = layers.find([...section, key]);
    if (found !== null) return reader.parseFound(SERVICE_COMMANDS[key], found);
    problems.add(layers.sourceOf(section), `targets.${name}.service: ${key} is missing`);
    return null;
  });
  return stop && start ? { stop: stop.value, start: start.value } : null;
}

function applicationTargets(sources: ConfigSources, notices: string[]): readonly TargetDraft[] {
  const targets = new Map<string, TargetDraft>();
  for (const variableName of APPLICATION_VARIABLES) {
    const variable = sources.variables.get(variableName);
    if (variable === null) continue;
    const base = { folder: variable.folder, homeDir: sources.homeDir };
    const location = parseLocation(variable.value, base);
    if (location === null) {
      notices.push(`${variable.source} is not used: no engine serves ${schemeOf(variable.value)}:`);
      continue;
    }
    const isTwice = [...targets.values()].some(({ url }) => url.value === location.location);
    if (isTwice) continue;
    const name = targets.has(location.derivedName) ? `${location.derivedName}-2` : location.derivedName;
    const { source, folder } = variable;
    const candidate = { level: "application" as const, raw: location.location, source, label: "", folder };
    const backup = readBackup(null, location.file, sources);
    targets.set(name, {
      name,
      url: { value: location.location, candidate },
      isProtected: false,
      service: null,
      backup,
      alerts: readAlerts(null, sources),
    });
  }
  return [...targets.values()];
}
