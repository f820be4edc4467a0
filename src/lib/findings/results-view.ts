import { formatNumberOf } from "../core/units.js";
import type { Block, Cell, Tone } from "../core/view.js";
import type { CheckResult, Finding, Measure } from "./check-result.js";
import { isLive } from "./is-live.js";
import { worst } from "./severity-order.js";
import { spellMeasure } from "./spell-measure.js";

const TONES = { critical: "bad", warning: "warn", info: "dim" } as const satisfies Record<Finding["severity"], Tone>;
const COLUMNS = [
  { title: "check" },
  { title: "status" },
  { title: "measured", align: "right" },
  { title: "warning", align: "right", spare: 2 },
  { title: "critical", align: "right", spare: 1 },
] as const;

/** The results of one target for people: what was found with what to do, then every check in a line. */
export function resultBlocks(results: readonly CheckResult[]): readonly Block[] {
  const findings = results.flatMap((result) => result.findings);
  const order = ["critical", "warning", "info"] as const;
  const told = order.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  const shown = results.filter(({ status }) => status === "ok" || status === "finding");
  return [
    ...told.map(findingBlock),
    { kind: "table", columns: COLUMNS, rows: shown.flatMap(resultRows), empty: "no check could run" },
    ...leftOut(results),
  ];
}

function findingBlock(finding: Finding): Block {
  const { severity, title, evidence, why, fixes } = finding;
  if (!isLive(finding)) return { kind: "text", tone: "dim", text: `${severity}, ${stateText(finding)}: ${title}` };
  const mend = fixes.map(({ text, lockLevel, risk }) => {
    const cautions = [lockLevel === null ? null : `lock: ${lockLevel}`, risk].filter((word) => word !== null);
    return `    do: ${text}${cautions.length === 0 ? "" : `  (${cautions.join("; ")})`}`;
  });
  const text = [`${severity}: ${title}`, `    ${evidence}`, `    ${why}`, ...mend].join("\n");
  return { kind: "text", tone: TONES[severity], text };
}

function stateText({ state, mutedUntil }: Finding): string {
  return mutedUntil === null ? state : `muted until ${mutedUntil.slice(0, 10)}`;
}

/** A check that measures nothing has a line all the same. */
function resultRows(result: CheckResult): Cell[][] {
  const severity = worst(result.findings.filter(isLive).map((finding) => finding.severity));
  const status = statusCell(result, severity);
  if (result.measures.length === 0) return [[result.check, status, "", "", ""]];
  return result.measures.map((measure, index) => [
    index === 0 ? result.check : { text: `  ${measure.name}`, tone: "dim" },
    index === 0 ? status : "",
    spelled(measure.value, measure),
    measure.warn === null ? "" : spellMeasure(measure.warn, measure.unit),
    measure.crit === null ? "" : spellMeasure(measure.crit, measure.unit),
  ]);
}

function statusCell({ findings }: CheckResult, severity: Finding["severity"] | null): Cell {
  if (severity !== null) return { text: severity, tone: TONES[severity] };
  const [first] = findings;
  return first === undefined ? { text: "ok", tone: "good" } : { text: first.state, tone: "dim" };
}

function spelled(value: number | null, { unit, certainty }: Measure): string {
  if (value === null) return "unknown";
  return `${certainty === "estimated" ? "~" : certainty === "atLeast" ? ">= " : ""}${spellMeasure(value, unit)}`;
}

/** What was not looked at, once for each reason. */
function leftOut(results: readonly CheckResult[]): Block[] {
  const skipped = results.filter(({ status }) => status === "skipped" || status === "notApplicable");
  const reasons = [...new Set(skipped.map(({ reason }) => reason))];
  return reasons.map((reason): Block => {
    const own = skipped.filter((result) => result.reason === reason);
    const enable = own[0]?.enable ?? null;
    const names = own.map(({ check }) => check).join(", ");
    const text = `${formatNumberOf("check", own.length)} left out (${names}): ${reason ?? ""}`;
    return { kind: "text", tone: "dim", text: enable === null ? text : `${text}\n    to enable: ${enable}` };
  });
}
