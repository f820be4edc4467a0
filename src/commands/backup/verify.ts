import { CHECK_LEVELS, type CheckResult, checkBackup, worstOf } from "../../lib/backup/check-backup.js";
import { DbopsError } from "../../lib/core/errors.js";
import { formatDuration } from "../../lib/core/units.js";
import type { View } from "../../lib/core/view.js";
import { type Context, defineCommand, type Outcome, type RawInput } from "../define.js";
import {
  KEY_OPTIONS,
  optionChoice,
  optionCount,
  optionFlag,
  optionText,
  SCRATCH_OPTION,
  STORE_OPTION,
  TARGET_ARGUMENT,
  targetWord,
} from "../options.js";
import { type ChosenBackups, chosenBackups } from "./chosen-backups.js";
import type { VerifyData } from "./verify-schema.js";

interface Input {
  readonly target: string | null;
  readonly store: string | null;
  readonly id: string | null;
  readonly isAll: boolean;
  readonly level: (typeof CHECK_LEVELS)[number];
  readonly identity: string | null;
  readonly passphraseFile: string | null;
  readonly scratch: string | null;
  readonly jobs: number;
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
    { flags: "--all", help: "every backup of the target" },
    { flags: "--level <level>", help: "default read", choices: CHECK_LEVELS },
    ...KEY_OPTIONS,
    SCRATCH_OPTION,
    { flags: "--jobs <n>", help: "parallel load of a restore (default 2)" },
  ],
  input: readInput,
  plan: async (context, input) => {
    const chosen = await chosenBackups(context, input);
    return {
      targets: [...new Set(chosen.entries.map(({ manifest }) => manifest.target))],
      steps: chosen.entries.map(({ manifest }) => ({
        summary: `verify ${manifest.id} (${input.level})`,
        risk: "safe",
      })),
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
    identity: optionText(raw, "identity"),
    passphraseFile: optionText(raw, "passphraseFile"),
    scratch: optionText(raw, "scratch"),
    jobs: optionCount(raw, "jobs", 1) ?? 2,
  };
  if (!input.isAll || input.id === null) return input;
  throw new DbopsError("USAGE.INVALID", { message: "--id and --all exclude each other", hint: "give one of them" });
}

async function verify(
  context: Context,
  input: Input,
  { catalog, entries, target }: ChosenBackups,
): Promise<Outcome<VerifyData>> {
  const { storage } = catalog;
  const passphrase = await context.secretFile(input.passphraseFile);
  const scratch = context.scratch(input.scratch, target);
  const results: CheckResult[] = [];
  for (const entry of entries) {
    const settings = context.backupSettingsOf(entry.manifest.target);
    const keys = {
      identity: context.path(input.identity) ?? settings.identity,
      passphrase: passphrase ?? settings.passphrase,
    };
    await using _lock = await context.lockStore(storage, entry.manifest.identity);
    results.push(
      await checkBackup(entry, { level: input.level, storage, keys, scratch, jobs: input.jobs, services: context }),
    );
  }
  const verified = results.map(({ error: _error, proof: _proof, ...result }) => result);
  const error = worstOf(results);
  return { data: { verified }, ...(error === null ? {} : { error, exit: error.exitName }) };
}

function view({ verified }: VerifyData): View {
  const columns = [
    { title: "id" },
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
  return { blocks: [{ kind: "table", columns, rows, empty: "no backups to verify" }], next: "dbops backup list" };
}
