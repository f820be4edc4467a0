import { checkBackup } from "../../lib/backup/check-backup.js";
import { drillResult } from "../../lib/backup/drill.js";
import { DbopsError } from "../../lib/core/errors.js";
import { formatDuration, parseDurationMs } from "../../lib/core/units.js";
import type { Cell, View } from "../../lib/core/view.js";
import { type Context, defineCommand, type Outcome, type RawInput } from "../define.js";
import { again, optionText, STORE_OPTION, TARGET_ARGUMENT, targetWord } from "../options.js";
import { CHECK_OPTIONS, type CheckFlags, checkFlags, checkRequest, lockForCheck } from "./check-options.js";
import { type ChosenBackups, chosenBackups } from "./chosen-backups.js";
import type { DrillData } from "./drill-schema.js";

interface Input {
  readonly target: string | null;
  readonly store: string | null;
  readonly maxRtoMs: number | null;
  readonly maxRpoMs: number | null;
  readonly flags: CheckFlags;
}

export const drillCommand = defineCommand<Input, DrillData>({
  path: "backup drill",
  summary: "restore the newest backup for practice and measure recovery time and data loss",
  danger: "writes",
  examples: [["dbops backup drill app --max-rto 10m --max-rpo 25h", "exit 4 when a recovery would take or lose more"]],
  args: [TARGET_ARGUMENT],
  options: [
    STORE_OPTION,
    { flags: "--max-rto <duration>", help: "the longest that a recovery may take" },
    { flags: "--max-rpo <duration>", help: "the most that may be lost, in time" },
    ...CHECK_OPTIONS,
  ],
  input: readInput,
  plan: async (context, input) => {
    const chosen = await chosenBackups(context, { ...input, id: null });
    return {
      targets: chosen.entries.map(({ manifest }) => manifest.target),
      steps: chosen.entries.map(({ manifest }) => ({
        summary: `restore ${manifest.id} into a scratch place and compare`,
        risk: "safe",
      })),
      run: () => drill(context, input, chosen),
    };
  },
  view,
  schema: async () => (await import("./drill-schema.js")).drillDataSchema,
});

function readInput(raw: RawInput): Input {
  const duration = (name: string) => {
    const text = optionText(raw, name);
    return text === null ? null : parseDurationMs(text);
  };
  return {
    target: targetWord(raw),
    store: optionText(raw, "store"),
    maxRtoMs: duration("maxRto"),
    maxRpoMs: duration("maxRpo"),
    flags: checkFlags(raw),
  };
}

async function drill(context: Context, input: Input, chosen: ChosenBackups): Promise<Outcome<DrillData>> {
  const { catalog, target } = chosen;
  const [entry] = chosen.entries;
  if (entry === undefined)
    throw new DbopsError("BACKUP.NOT_FOUND", { message: `no backup in ${catalog.storage.label}` });
  const { manifest } = entry;
  const request = await checkRequest(context, chosen, { entry, level: "restore", flags: input.flags });
  await using _lock = await lockForCheck(context, request, entry);
  const { proof, error } = await checkBackup(entry, request);
  if (proof === null) throw error;
  const settings = context.backupSettingsOf(manifest.target);
  const budget = { maxRtoMs: input.maxRtoMs ?? settings.maxRtoMs, maxRpoMs: input.maxRpoMs ?? settings.maxRpoMs };
  const now = target === null ? context.clock.now() : await context.serverTime(target);
  const result = drillResult({ target: manifest.target, takenAt: manifest.takenAt, proof, now, ...budget });
  return { data: { drill: result }, exit: result.isWithinBudget ? "OK" : "FINDINGS" };
}

function view({ drill: result }: DrillData, _context: Context, input: Input): View {
  const { id, rtoMs, rpoMs, maxRtoMs, maxRpoMs, hashed, counted } = result;
  const against = (ms: number, most: number | null): Cell => {
    if (most === null) return `${formatDuration(ms)} (no budget set)`;
    const text = `${formatDuration(ms)} of ${formatDuration(most)}`;
    return ms <= most ? { text, tone: "good" } : { text: `${text}: OVER BUDGET`, tone: "bad" };
  };
  const compared = hashed > 0 ? `${hashed} tables equal, row by row` : `${counted} tables equal in number of rows`;
  const entries = [
    ["backup", id],
    ["compared", compared],
    ["measured RTO", against(rtoMs, maxRtoMs)],
    ["measured RPO", against(rpoMs, maxRpoMs)],
  ] as const;
  return { blocks: [{ kind: "facts", entries }], next: again("backup list", input) };
}
