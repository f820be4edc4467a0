import { Gauge, Registry, type RegistryContentType } from "prom-client";
import type { CheckResult, Measure, Unit } from "./check-result.js";
import { isLive } from "./is-live.js";
import { worst } from "./severity-order.js";

export interface ExpositionRun {
  readonly targets: readonly {
    readonly target: string;
    readonly isReached: boolean;
    readonly checks: readonly CheckResult[];
  }[];
  /** Of the whole run, in milliseconds. */
  readonly durationMs: number;
  readonly endedAt: Date;
}

const STATUS = { ok: 0, info: 0, warning: 1, critical: 2, unknown: 3 } as const;
const WORDS: Readonly<Record<Unit, string>> = { s: "seconds", By: "bytes", ratio: "ratio", count: "", total: "total" };
const BACKUP_AGE = { check: "backup.age", measure: "age" } as const;

/** A run as metrics in Prometheus's text format, or as OpenMetrics. No names of tables, no text of queries: few series. */
export async function exposition(run: ExpositionRun, format: "prometheus" | "openmetrics"): Promise<string> {
  const registry = new Registry<RegistryContentType>();
  if (format === "openmetrics") registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const gauge = (name: string, help: string, labelNames: string[] = []): Gauge =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  addStates(run, gauge);
  addMeasures(run, gauge);
  gauge("dbops_run_duration_seconds", "How long the last run took.").set(run.durationMs / 1000);
  gauge("dbops_run_timestamp_seconds", "When the last run ended.").set(Math.floor(run.endedAt.getTime() / 1000));
  return await registry.metrics();
}

type Make = (name: string, help: string, labelNames?: string[]) => Gauge;

function addStates({ targets }: ExpositionRun, gauge: Make): void {
  const up = gauge("dbops_up", "Whether the target could be reached.", ["target"]);
  const status = gauge("dbops_check_status", "0 ok, 1 warning, 2 critical, 3 unknown.", ["target", "check"]);
  const findings = gauge("dbops_findings", "Findings by severity.", ["target", "check", "severity"]);
  for (const { target, isReached, checks } of targets) {
    up.set({ target }, isReached ? 1 : 0);
    for (const result of checks.filter(({ status: said }) => said !== "notApplicable")) {
      status.set({ target, check: result.check }, STATUS[stateOf(result)]);
      for (const severity of ["info", "warning", "critical"]) {
        const count = result.findings.filter((finding) => isLive(finding) && finding.severity === severity).length;
        findings.set({ target, check: result.check, severity }, count);
      }
    }
  }
}

function stateOf(result: CheckResult): keyof typeof STATUS {
  return result.status === "skipped"
    ? "unknown"
    : (worst(result.findings.filter(isLive).map(({ severity }) => severity)) ?? "ok");
}

/** Each measure under the name of its check; one that has several objects shows the largest. */
function addMeasures(run: ExpositionRun, gauge: Make): void {
  const gauges = new Map<string, Gauge>();
  for (const { target, checks } of run.targets) {
    for (const { check, measures } of checks) {
      for (const [name, measure] of largestOf(check, measures)) {
        const known = gauges.get(name) ?? gauge(name, `${measure.name} of the check ${check}.`, ["target"]);
        gauges.set(name, known);
        known.set({ target }, measure.value ?? Number.NaN);
      }
    }
  }
  addBackupTime(run, gauge);
}

function largestOf(check: string, measures: readonly Measure[]): ReadonlyMap<string, Measure> {
  const largest = new Map<string, Measure>();
  for (const measure of measures) {
    const name = metricName(check, measure);
    if ((largest.get(name)?.value ?? -1) <= (measure.value ?? -1)) largest.set(name, measure);
  }
  return largest;
}

/** Ages cannot be alerted on when dbops itself has stopped running: a moment can. */
function addBackupTime({ targets, endedAt }: ExpositionRun, gauge: Make): void {
  const name = "dbops_backup_last_success_timestamp_seconds";
  const last = gauge(name, "When the newest backup that counts was taken.", ["target"]);
  for (const { target, checks } of targets) {
    const result = checks.find(({ check }) => check === BACKUP_AGE.check);
    const age = result?.measures.find((measure) => measure.name === BACKUP_AGE.measure)?.value ?? null;
    if (age !== null) last.set({ target }, Math.floor(endedAt.getTime() / 1000 - age));
  }
}

/** Check, measure and unit, without saying a word twice: `dbops_wal_size_bytes`. */
function metricName(check: string, { name, unit }: Measure): string {
  const words = `dbops.${check}.${name}.${WORDS[unit]}`
    .replaceAll(/[A-Z]/g, (letter) => `.${letter.toLowerCase()}`)
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  return words.filter((word, index) => word !== words[index - 1]).join("_");
}
