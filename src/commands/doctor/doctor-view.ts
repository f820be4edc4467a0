import { shellWord } from "../../lib/core/shell-word.js";
import { formatNumberOf } from "../../lib/core/units.js";
import type { Block, Tone, View } from "../../lib/core/view.js";
import type { Check, DoctorReport } from "../../lib/doctor/doctor-report.js";
import type { Context } from "../define.js";

const TONES = { ok: "good", warning: "warn", error: "bad" } as const satisfies Record<Check["status"], Tone>;

/** The machine first, then each target: a line for each check, with what to do below those that are not ok. */
export function doctorView(report: DoctorReport, context: Context): View {
  const groups = [...new Set(report.checks.map(({ target }) => target))];
  const blocks = groups.flatMap((group) => groupBlocks(group, report.checks));
  return { blocks: [...blocks, ...summary(report)], next: nextCommand(report, context) };
}

function groupBlocks(group: string | null, checks: readonly Check[]): Block[] {
  const own = checks.filter(({ target }) => target === group);
  return [
    { kind: "text", tone: "strong", text: group ?? "this machine" },
    ...own.map((check): Block => ({ kind: "text", tone: TONES[check.status], text: checkText(check) })),
    { kind: "text", text: "" },
  ];
}

function checkText({ subject, detail, fix }: Check): string {
  return `${subject}: ${detail}${fix === null ? "" : `\n    do: ${fix}`}`;
}

function summary({ ok, warnings, errors }: DoctorReport): Block[] {
  const tone = errors > 0 ? "bad" : warnings > 0 ? "warn" : "good";
  return [
    {
      kind: "text",
      tone,
      text: `${ok} ok, ${formatNumberOf("warning", warnings)}, ${formatNumberOf("error", errors)}`,
    },
  ];
}

function nextCommand({ errors, checks }: DoctorReport, { config }: Context): string | undefined {
  const named = checks.filter(({ target }) => target !== null);
  if (named.length === 0 && errors === 0) return "dbops init";
  const first = named.find(({ status }) => errors === 0 || status === "error")?.target;
  const target = config.targets.find(({ name }) => name === first);
  if (errors > 0) return target === undefined ? "dbops doctor" : `dbops doctor ${shellWord(target.name)}`;
  return target === undefined ? undefined : `dbops backup ${shellWord(target.name)} --verify restore`;
}
