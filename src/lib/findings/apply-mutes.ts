import type { Mute } from "../config/alerts.js";
import { qualifiedName } from "../core/named.js";
import type { CheckResult, Finding } from "./check-result.js";

/** The results with those findings marked that somebody has muted for a time; a mute that has ended mutes nothing. */
export function applyMutes(results: readonly CheckResult[], mutes: readonly Mute[], now: Date): readonly CheckResult[] {
  const lasting = mutes.filter(({ until }) => until.getTime() > now.getTime());
  if (lasting.length === 0) return results;
  return results.map((result) => ({ ...result, findings: result.findings.map((finding) => muted(finding, lasting)) }));
}

function muted(finding: Finding, mutes: readonly Mute[]): Finding {
  const own = mutes.filter((mute) => mute.check === finding.check && isAbout(mute, finding));
  const [longest] = own.toSorted((a, b) => b.until.getTime() - a.until.getTime());
  return longest === undefined ? finding : { ...finding, state: "muted", mutedUntil: longest.until.toISOString() };
}

function isAbout({ object }: Mute, { object: found }: Finding): boolean {
  return object === "*" || object === found.name || object === qualifiedName(found);
}
