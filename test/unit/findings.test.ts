import { describe, expect, test } from "vitest";
import { cacheKey } from "#dbops/lib/findings/cache-key.js";
import type { CheckResult, Finding, Measure } from "#dbops/lib/findings/check-result.js";
import { checkResultSchema } from "#dbops/lib/findings/check-result-schema.js";
import { completeFinding } from "#dbops/lib/findings/complete-finding.js";
import { exposition } from "#dbops/lib/findings/exposition.js";
import { jsonLines } from "#dbops/lib/findings/json-lines.js";
import { pluginLine } from "#dbops/lib/findings/nagios.js";

const object = { kind: "database", schema: null, name: "*", part: null };

const measure: Measure = {
  name: "bytes",
  value: 700,
  unit: "By",
  warn: 100,
  crit: 500,
  min: 0,
  max: null,
  certainty: "measured",
  object: null,
};

function finding(severity: Finding["severity"], title: string): Finding {
  return completeFinding({
    check: "wal.size",
    target: "app",
    severity,
    class: "capacity",
    object,
    title,
    evidence: "700 B",
    why: "it grows",
    certainty: "measured",
    count: 1,
    examples: [],
    measure: "bytes",
    fixes: [],
  });
}

function result(said: Partial<CheckResult> = {}): CheckResult {
  return {
    check: "wal.size",
    target: "app",
    engine: "sqlite",
    status: "ok",
    reason: null,
    enable: null,
    observedAt: "2026-11-28T03:00:00.000Z",
    costMs: 1,
    measures: [measure],
    findings: [],
    ...said,
  };
}

function found(...findings: readonly Finding[]): CheckResult {
  return result({ status: "finding", findings });
}

describe("the key of a finding", () => {
  test.each([
    ["wal.size", object, "wal.size|database|%2A"],
    ["index.unused", { kind: "index", schema: "public", name: "a_idx", part: null }, "index.unused|index|public.a_idx"],
    ["key.narrow", { kind: "table", schema: "a.b", name: "c|d", part: "é" }, "key.narrow|table|a%2Eb.c%7Cd.%C3%A9"],
    ["x", { kind: "table", schema: null, name: "it's (a) ~!*", part: null }, "x|table|it%27s%20%28a%29%20%7E%21%2A"],
  ])("%s of %o", (check, about, key) => {
    expect(cacheKey(check, about)).toBe(key);
  });

  test("is the same whatever the numbers are, and so is the finding's id", () => {
    const [before, after] = [finding("warning", "the log has 1 MB"), finding("critical", "the log has 2 MB")];
    expect([after.cacheKey, after.id]).toEqual([before.cacheKey, before.id]);
  });

  test("the ids of two targets differ", () => {
    const one = finding("warning", "x");
    expect(completeFinding({ ...one, target: "other" }).id).not.toBe(one.id);
  });
});

describe("a plugin's line", () => {
  test("the worst finding comes first, the others are counted", () => {
    const results = [
      found(finding("warning", "late"), finding("critical", "full | and\nbroken"), finding("info", "x")),
    ];
    const { state, text } = pluginLine(results, false);
    expect(state).toBe("critical");
    expect(text).toBe(
      "DBOPS CRITICAL - app: full   and broken (and 1 finding more) | 'app::wal.size.bytes'=700B;100;500;0",
    );
  });

  test("a warning, and what is only information", () => {
    expect(pluginLine([found(finding("warning", "late"))], false).state).toBe("warning");
    expect(pluginLine([found(finding("info", "late"))], false).state).toBe("ok");
  });

  test("unknown when nothing ran, or when a check that was asked for was left out", () => {
    const skipped = result({ status: "skipped", reason: "hidden", measures: [] });
    expect(pluginLine([skipped], false)).toEqual({
      state: "unknown",
      text: "DBOPS UNKNOWN - 0 checks passed, 1 left out: hidden",
    });
    expect(pluginLine([skipped, result()], false).state).toBe("ok");
    expect(pluginLine([skipped, result()], true).state).toBe("unknown");
  });

  test("values that are not known are U, shares are per cent", () => {
    const share: Measure = { ...measure, name: "share", unit: "ratio", value: 0.12345, warn: 0.8, crit: null, max: 1 };
    const { text } = pluginLine([result({ measures: [{ ...measure, value: null }, share] })], false);
    expect(text).toContain("| 'app::wal.size.bytes'=U;100;500;0 'app::wal.size.share'=12.345%;80;;0;100");
  });

  test("at most 40 items and 3.5 kB, those of findings first", () => {
    const many = Array.from({ length: 60 }, (_, index) => ({ ...measure, name: `m${index}` }));
    const { text } = pluginLine([result({ measures: many }), found(finding("critical", "bad"))], false);
    expect(text).toContain("| 'app::wal.size.bytes'=");
    expect(text.match(/::/g)?.length).toBe(40);
    const long = Array.from({ length: 40 }, (_, index) => ({ ...measure, name: `${"m".repeat(200)}${index}` }));
    expect(pluginLine([result({ measures: long })], false).text.length).toBeLessThanOrEqual(3510);
  });
});

describe("metrics", () => {
  const run = {
    targets: [
      { target: 'a"b\\', isReached: true, checks: [found(finding("critical", "bad"), finding("warning", "x"))] },
      { target: "down", isReached: false, checks: [result({ target: "down", status: "skipped", measures: [] })] },
    ],
    durationMs: 1500,
    endedAt: new Date("2026-11-28T03:00:00.400Z"),
  };

  test("in Prometheus's format", async () => {
    const text = await exposition(run, "prometheus");
    expect(text).toContain('dbops_up{target="a\\"b\\\\"} 1');
    expect(text).toContain('dbops_up{target="down"} 0');
    expect(text).toContain('dbops_check_status{target="a\\"b\\\\",check="wal.size"} 2');
    expect(text).toContain('dbops_check_status{target="down",check="wal.size"} 3');
    expect(text).toContain('dbops_findings{target="a\\"b\\\\",check="wal.size",severity="critical"} 1');
    expect(text).toContain('dbops_wal_size_bytes{target="a\\"b\\\\"} 700');
    expect(text).toContain("dbops_run_duration_seconds 1.5");
    expect(text).toContain("dbops_run_timestamp_seconds 1795834800");
    expect(text).not.toContain("# EOF");
  });

  test("the moment of the newest backup outlives dbops", async () => {
    const age: Measure = { ...measure, name: "age", unit: "s", value: 3600 };
    const checks = [result({ check: "backup.age", measures: [age] })];
    const text = await exposition({ ...run, targets: [{ target: "app", isReached: true, checks }] }, "prometheus");
    expect(text).toContain('dbops_backup_last_success_timestamp_seconds{target="app"} 1795831200');
  });

  test("OpenMetrics ends with its mark", async () => {
    expect(await exposition(run, "openmetrics")).toMatch(/# EOF\n$/);
  });

  test("two runs side by side share nothing", async () => {
    const [one, other] = await Promise.all([exposition(run, "prometheus"), exposition(run, "prometheus")]);
    expect(one).toBe(other);
  });
});

test("a line of JSON for each result, as its schema says", () => {
  const lines = jsonLines([found(finding("critical", "bad")), result()])
    .trimEnd()
    .split("\n");
  expect(lines.map((line) => checkResultSchema.parse(JSON.parse(line)).status)).toEqual(["finding", "ok"]);
});
