import type { KeptPrevious } from "../../drivers/restore-model.js";
import { DbopsError } from "../../lib/core/errors.js";
import { formatLocalTime } from "../../lib/core/local-time.js";
import { formatBytes } from "../../lib/core/units.js";
import type { View } from "../../lib/core/view.js";
import { chosenKept } from "../../lib/restore/choose-kept.js";
import { consentTokens, openDestination } from "../../lib/restore/open-destination.js";
import { defineCommand, type RawInput } from "../define.js";
import { again, KEPT_ARGUMENT, optionFlag, TARGET_ARGUMENT, targetWord } from "../options.js";
import type { DiscardData } from "./discard-schema.js";

interface Input {
  readonly target: string | null;
  readonly name: string | null;
  readonly isAll: boolean;
}

export const discardCommand = defineCommand<Input, DiscardData>({
  path: "restore discard",
  summary: "delete what restores have kept, for good",
  danger: "destroys",
  examples: [
    ["dbops restore discard app --confirm app", "the only kept state of app"],
    ["dbops restore discard app --all --confirm app", "every one of them"],
  ],
  args: [TARGET_ARGUMENT, KEPT_ARGUMENT],
  options: [{ flags: "--all", help: "every kept state of the target" }],
  input: readInput,
  plan: async (context, { target: word, name, isAll }) => {
    const target = context.config.one(word);
    const destination = await openDestination(target, context, { isOnlyLook: context.flags.isDryRun });
    const chosen = await chosenKept(destination, { name, isAll });
    return {
      targets: [target.name],
      steps: chosen.map((kept) => ({
        summary: `delete ${kept.name} (${formatBytes(kept.sizeBytes)})`,
        risk: "destroys",
      })),
      consent: { tokens: consentTokens(destination), shows: { blocks: [tableOf(chosen)] } },
      run: async () => {
        for (const kept of chosen) await destination.restorer.discard(kept);
        return { data: { discarded: chosen.map(({ name, sizeBytes }) => ({ target: target.name, name, sizeBytes })) } };
      },
    };
  },
  view: ({ discarded }, _context, { target }): View => {
    const freed = discarded.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    const text = `deleted ${discarded.map(({ name }) => name).join(", ")}: ${formatBytes(freed)} freed`;
    return { blocks: [{ kind: "text", text }], next: again("restore previous", { target, store: null }) };
  },
  schema: async () => (await import("./discard-schema.js")).discardSchema,
});

function readInput(raw: RawInput): Input {
  const name = raw.args[1] ?? null;
  const isAll = optionFlag(raw, "all");
  if (name === null || !isAll) return { target: targetWord(raw), name, isAll };
  throw new DbopsError("USAGE.INVALID", { message: "--all and a name exclude each other", hint: "give one of them" });
}

function tableOf(chosen: readonly KeptPrevious[]): View["blocks"][number] {
  const columns = [{ title: "will be deleted" }, { title: "replaced" }, { title: "size", align: "right" }] as const;
  const rows = chosen.map(({ name, replacedAt, sizeBytes }) => [
    name,
    replacedAt === null ? "-" : formatLocalTime(replacedAt),
    formatBytes(sizeBytes),
  ]);
  return { kind: "table", columns, rows, empty: "nothing" };
}
