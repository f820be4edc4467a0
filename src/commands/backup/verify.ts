import { CHECK_LEVELS, type CheckResult, checkBackup, unreadable, worstOf } from "../../lib/backup/check-backup.js";
import { DbopsError } from "../../lib/core/errors.js";
import { formatDuration } from "../../lib/core/units.js";
import type { View } from "../../lib/core/view.js";
import { type Context, defineCommand, type Outcome, type RawInput } from "../define.js";
import { again, optionChoice, optionFlag, optionText, STORE_OPTION, TARGET_ARGUMENT, targetWord } from "../options.js";
import { CHECK_OPTIONS, type CheckFlags, checkFlags, checkRequest, lockForCheck } from "./check-options.js";
import { type ClaimedBackups, claimedBackups } from "./claimed-backups.js";
import type { VerifyData } from "./verify-schema.js";

interface Input {
  readonly target: string | null;
  readonly store: string | null;
  readonly id: string | null;
  readonly isAll: boolean;
  readonly level: (typeof CHECK_LEVELS)[number];
  readonly flags: CheckFlags;
}

export const verifyCommand = defineCommand<Input, VerifyData>({
  path: "backup verify",
  summary: "check backups: stored bytes, every byte read, or a real restore",
  danger: "writes",
  examples: [
    ["dbops backup verify app --level restore", "restore the newest backup and compare every table"],
    ["dbops backup verify --id 7f3a9c", "read one backup to its end"],
    ["dbops backup verify app --all --level stored", "re-read the stored bytes of every backup"],
  ],
  args: [TARGET_ARGUMENT],
  options: [
    STORE_OPTION,
    { flags: "--id <id>", help: "this backup: any unique part of its ID (default: the newest)" },
    { flags: "--all", help: "every backup of the target, or of the store that --store names" },
    { flags: "--level <level>", help: "default read", choices: CHECK_LEVELS },
    ...CHECK_OPTIONS,
  ],
  input: readInput,
  plan: async (context, input) => {
    const chosen = await claimedBackups(context, input);
    const ids = [...chosen.entries.map(({ manifest }) => manifest.id), ...chosen.invalid.map(({ id }) => id)];
    return {
      targets: targetsOf(chosen),
      steps: ids.map((id) => ({ summary: `verify ${id} (${input.level})`, risk: "safe" })),
      run: () => verify(context, input, chosen),
    };
  },
  view,
  schema: async () => (await import("./verify-schema.js")).verifySchema,
});

function readInput(raw: RawInput): Input {
  const input = {
    target: targetWord(raw),
    store: optionText(raw, "store"),
    id: optionText(raw, "id"),
    isAll: optionFlag(raw, "all"),
    level: optionChoice(raw, "level", CHECK_LEVELS) ?? "read",
    flags: checkFlags(raw),
  };
  if (!input.isAll || input.id === null) return input;
  throw new DbopsError("USAGE.INVALID", { message: "--id and --all exclude each other", hint: "give one of them" });
}

function targetsOf({ entries, target }: ClaimedBackups): string[] {
  if (entries.length === 0 && target !== null) return [target.name];
  return [...new Set(entries.map(({ manifest }) => manifest.target))];
}

async function verify(context: Context, { level, flags }: Input, chosen: ClaimedBackups): Promise<Outcome<VerifyData>> {
  const results: CheckResult[] = [];
  for (const entry of chosen.entries) {
    const request = await checkRequest(context, chosen, { entry, level, flags });
    await using _lock = await lockForCheck(context, request, entry);
    results.push(await checkBackup(entry, request));
  }
  results.push(...chosen.invalid.map((broken) => unreadable(broken, level)));
  const verified = results.map(({ error: _error, proof: _proof, ...result }) => result);
  const error = worstOf(results);
  return { data: { verified }, ...(error === null ? {} : { error, exit: error.exitName }) };
}

function view({ verified }: VerifyData, _context: Context, input: Input): View {
  const columns = [
    { title: "id", isWhole: true },
    { title: "level" },
    { title: "result" },
    { title: "took", align: "right" },
  ] as const;
  const rows = verified.map(({ id, level, ok, problem, durationMs }) => [
    id,
    level,
    ok ? ({ text: "ok", tone: "good" } as const) : ({ text: problem ?? "failed", tone: "bad" } as const),
    formatDuration(durationMs),
  ]);
  return {
    blocks: [{ kind: "table", columns, rows, empty: "no backups to verify" }],
    next: again("backup list", input),
  };
}
