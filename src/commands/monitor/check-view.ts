import { shellWord } from "../../lib/core/shell-word.js";
import { formatDuration, formatNumberOf } from "../../lib/core/units.js";
import type { Block, View } from "../../lib/core/view.js";
import { isLive } from "../../lib/findings/is-live.js";
import { jsonLines } from "../../lib/findings/json-lines.js";
import { pluginLine } from "../../lib/findings/nagios.js";
import { resultBlocks } from "../../lib/findings/results-view.js";
import type { CheckInput } from "./check.js";
import type { CheckData } from "./check-schema.js";

/** The run in the format that was asked for. */
export async function checkView(data: CheckData, _context: unknown, input: CheckInput): Promise<View> {
  const results = data.targets.flatMap(({ checks }) => checks);
  switch (input.format) {
    case "jsonl":
      return raw(jsonLines(results));
    case "nagios":
      return raw(`${pluginLine(results, input.only.length > 0).text}\n`);
    case "prometheus":
    case "openmetrics": {
      const { exposition } = await import("../../lib/findings/exposition.js");
      return raw(await exposition({ ...data, endedAt: new Date(data.endedAt) }, input.format));
    }
    case "table":
      return { blocks: [...data.targets.flatMap(targetBlocks), summary(data)], next: nextCommand(data) };
  }
}

function raw(text: string): View {
  return { blocks: [{ kind: "raw", text }], isData: true };
}

function targetBlocks(report: CheckData["targets"][number]): Block[] {
  const { target, label, checks } = report;
  const place = label === null || label === target ? "" : `  ${label}`;
  return [
    { kind: "text", tone: "strong", text: `${target}${place}` },
    ...resultBlocks(checks),
    { kind: "text", text: "" },
  ];
}

function summary({ targets, durationMs }: CheckData): Block {
  const findings = targets.flatMap(({ checks }) => checks.flatMap((result) => result.findings)).filter(isLive);
  const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
  const [critical, warning] = [count("critical"), count("warning")];
  const ran = targets.flatMap(({ checks }) => checks).filter(({ status }) => status === "ok" || status === "finding");
  const asked = targets.reduce((sum, { databaseMs }) => sum + databaseMs, 0);
  return {
    kind: "text",
    tone: critical > 0 ? "bad" : warning > 0 ? "warn" : "good",
    text:
      `${formatNumberOf("check", ran.length)}: ${critical} critical, ${formatNumberOf("warning", warning)}` +
      `, in ${formatDuration(durationMs)} (the databases were asked for ${formatDuration(asked)})`,
  };
}

function nextCommand({ targets }: CheckData): string | undefined {
  const unreached = targets.find(({ isReached }) => !isReached);
  if (unreached !== undefined) return `dbops doctor ${shellWord(unreached.target)}`;
  const backup = targets.find(({ checks }) => checks.some((result) => hasFinding(result, "backup.age")));
  if (backup !== undefined) return `dbops backup ${shellWord(backup.target)}`;
  const proof = targets.find(({ checks }) => checks.some((result) => hasFinding(result, "backup.proof")));
  return proof === undefined ? undefined : `dbops backup verify ${shellWord(proof.target)} --level restore`;
}

function hasFinding(result: CheckData["targets"][number]["checks"][number], check: string): boolean {
  return result.check === check && result.findings.some(isLive);
}
