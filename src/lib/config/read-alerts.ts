import { moment, threshold } from "./alert-leaves.js";
import type { AlertLimit, AlertSettings, Mute } from "./alerts.js";
import type { ConfigSources } from "./config-sources.js";
import { text } from "./leaves.js";

/** The application's own variables; dbops.yaml wins over them. */
const VARIABLES = [
  { name: "DB_CONNECTION_TIME_THRESHOLD", check: "connection.time", measure: null, unit: "ms" },
  { name: "DB_CONNECTION_COUNT_THRESHOLD", check: "connections.used", measure: "count", unit: "" },
] as const;

const SIDES = ["warning", "critical"] as const;
/** As the guides of applications call the section. */
const SECTIONS = ["database_alerts", "alerts"] as const;
const MUTES = "mutes";

/** Thresholds and mutes: of the application's variables, then the general ones, then those of the target. */
export function readAlerts(target: string | null, sources: ConfigSources): AlertSettings {
  const own = target === null ? [] : SECTIONS.map((section) => ["targets", target, section]);
  const paths = [...SECTIONS.map((section) => [section]), ...own];
  return {
    limits: [...variableLimits(sources), ...paths.flatMap((path) => sectionLimits(path, sources))],
    mutes: paths.flatMap((path) => readMutes([...path, MUTES], sources)),
  };
}

function variableLimits({ variables }: ConfigSources): AlertLimit[] {
  return VARIABLES.flatMap(({ name, check, measure, unit }) => {
    const variable = variables.get(name);
    if (variable === null) return [];
    const words = /^\d+$/.test(variable.value.trim()) ? `${variable.value.trim()}${unit}` : variable.value;
    return [{ check, measure, warning: words, critical: null, source: variable.source }];
  });
}

function sectionLimits(path: readonly string[], sources: ConfigSources): AlertLimit[] {
  const checks = sources.layers.keys(path).filter((name) => name !== MUTES);
  return checks.flatMap((check) => {
    const place = [...path, check];
    const keys = sources.layers.keys(place);
    const isPlain = keys.every((key) => SIDES.some((side) => side === key));
    if (isPlain) return [limitAt(place, { check, measure: null }, sources)];
    return keys.map((measure) => limitAt([...place, measure], { check, measure }, sources));
  });
}

function limitAt(
  place: readonly string[],
  about: Pick<AlertLimit, "check" | "measure">,
  { layers, reader }: ConfigSources,
): AlertLimit {
  const [warning = null, critical = null] = SIDES.map((side) => {
    const found = layers.find([...place, side]);
    return found === null ? null : (reader.parseFound(threshold, found)?.value ?? null);
  });
  return { ...about, warning, critical, source: layers.sourceOf(place) };
}

/** The document was checked when it was read: what is no mute has been told already. */
function readMutes(path: readonly string[], { layers }: ConfigSources): Mute[] {
  const list = layers.find(path)?.raw;
  return Array.isArray(list) ? list.flatMap(muteOf) : [];
}

function muteOf(entry: unknown): Mute[] {
  const { check, object = "*", until, reason }: Partial<Record<keyof Mute, unknown>> = Object(entry);
  const end = moment.read(until);
  const words = [check, object, reason].map((word) => text.read(word));
  const [about, on, why] = words.map((word) => (word.isRight ? word.value : null));
  return end.isRight && about && on && why ? [{ check: about, object: on, until: end.value, reason: why }] : [];
}
