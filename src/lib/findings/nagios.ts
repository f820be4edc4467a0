import type { PluginState } from "../core/exit-codes.js";
import { formatNumberOf } from "../core/units.js";
import type { CheckResult, Finding, Measure, Unit } from "./check-result.js";
import { isLive } from "./is-live.js";
import { isAtLeast, worst } from "./severity-order.js";

export interface PluginLine {
  readonly state: PluginState;
  readonly text: string;
}

/** What a plugin's line is cut at: older Nagios reads 4 kB. */
const MOST_MEASURES = 40;
const MOST_BYTES = 3500;

/** Units of performance data, with the factor from ours (https://www.monitoring-plugins.org/doc/guidelines.html). */
const UNITS: Readonly<Record<Unit, readonly [name: string, factor: number]>> = {
  s: ["s", 1],
  By: ["B", 1],
  ratio: ["%", 100],
  count: ["", 1],
  total: ["c", 1],
};

/** All results as one line of a monitoring plugin. With `isPicky` a check that was left out makes it unknown. */
export function pluginLine(results: readonly CheckResult[], isPicky: boolean): PluginLine {
  const findings = results.flatMap((result) => result.findings).filter(isLive);
  const state = stateOf(results, findings, isPicky);
  const told = findings.filter(({ severity }) => isAtLeast(severity, "warning")).toSorted(worstFirst);
  const text = `DBOPS ${state.toUpperCase()} - ${summary(results, told)}`.replaceAll(/[|\n]/g, " ");
  return { state, text: `${text} | ${performance(results, MOST_BYTES - text.length)}`.replace(/ \| $/, "") };
}

function stateOf(results: readonly CheckResult[], findings: readonly Finding[], isPicky: boolean): PluginState {
  const severity = worst(findings.map((finding) => finding.severity));
  if (severity === "critical" || severity === "warning") return severity;
  const hasRun = results.some(({ status }) => status === "ok" || status === "finding");
  const leftOut = results.some(({ status }) => status === "skipped");
  return hasRun && !(isPicky && leftOut) ? "ok" : "unknown";
}

function worstFirst(a: Finding, b: Finding): number {
  return Number(b.severity === "critical") - Number(a.severity === "critical");
}

function summary(results: readonly CheckResult[], told: readonly Finding[]): string {
  const [first, ...others] = told;
  if (first !== undefined) {
    const more = others.length === 0 ? "" : ` (and ${formatNumberOf("finding", others.length)} more)`;
    return `${first.target}: ${first.title}${more}`;
  }
  const skipped = results.filter(({ status }) => status === "skipped");
  const ran = results.filter(({ status }) => status === "ok" || status === "finding").length;
  const leftOut = skipped.length === 0 ? "" : `, ${skipped.length} left out: ${skipped[0]?.reason ?? ""}`;
  return `${formatNumberOf("check", ran)} passed${leftOut}`;
}

/** As many measures as fit, worst-judged checks first. */
function performance(results: readonly CheckResult[], room: number): string {
  const order = results.toSorted((a, b) => Number(b.status === "finding") - Number(a.status === "finding"));
  const data = order.flatMap(({ target, check, measures }) =>
    measures.map((measure) => performanceDatum(`${target}::${check}.${measure.name}`, measure)),
  );
  let text = "";
  for (const datum of data.slice(0, MOST_MEASURES)) {
    if (text.length + datum.length + 1 > room) break;
    text += text === "" ? datum : ` ${datum}`;
  }
  return text;
}

function performanceDatum(label: string, { value, unit, warn, crit, min, max }: Measure): string {
  const [name, factor] = UNITS[unit];
  const scaled = (number: number | null): string => (number === null ? "" : String(round(number * factor)));
  const head = `'${label.replaceAll(/['=]/g, "_")}'=${value === null ? "U" : scaled(value)}${value === null ? "" : name}`;
  return [head, scaled(warn), scaled(crit), scaled(min), scaled(max)].join(";").replace(/;+$/, "");
}

function round(number: number): number {
  return Math.round(number * 1000) / 1000;
}
