import type { SettingOrigin } from "./config.js";
import type { ConfigSources } from "./config-sources.js";
import { defaultStore } from "./default-store.js";
import type { TargetDraft } from "./read-targets.js";
import { written } from "./setting-reader.js";
import { SETTINGS } from "./settings.js";

/** Every setting with its source: the general ones, then what each target says of its own. */
export function settingOrigins(sources: ConfigSources, targets: readonly TargetDraft[]): readonly SettingOrigin[] {
  return [...generalOrigins(sources), ...targets.flatMap((target) => targetOrigins(target, sources))];
}

function generalOrigins({ reader, file, folders }: ConfigSources): readonly SettingOrigin[] {
  return Object.values(SETTINGS).map((setting) => {
    const origin = reader.origin(setting, setting.key, reader.candidates(setting, null)[0]);
    const isStoreDerived = setting.key === SETTINGS.store.key && origin.value === null;
    return isStoreDerived ? { ...origin, value: defaultStore(file, folders.data, null) } : origin;
  });
}

function targetOrigins(target: TargetDraft, { reader, layers }: ConfigSources): readonly SettingOrigin[] {
  const prefix = `targets.${target.name}`;
  const { candidate } = target.url;
  const origins: SettingOrigin[] = [{ key: `${prefix}.url`, value: written(candidate.raw), source: candidate.source }];
  for (const key of ["protected", "service.stop", "service.start"]) {
    const found = layers.find(["targets", target.name, ...key.split(".")]);
    if (found !== null) origins.push({ key: `${prefix}.${key}`, value: written(found.raw), source: found.source });
  }
  for (const setting of Object.values(SETTINGS)) {
    const candidate = reader.candidates(setting, target.name)[0];
    if (candidate?.level === "target") origins.push(reader.origin(setting, `${prefix}.${setting.key}`, candidate));
  }
  return origins;
}
