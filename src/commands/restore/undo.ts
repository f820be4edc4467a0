import type { CurrentState, KeptPrevious } from "../../drivers/restore-model.js";
import { formatLocalTime } from "../../lib/core/local-time.js";
import { formatBytes, formatDuration } from "../../lib/core/units.js";
import type { View } from "../../lib/core/view.js";
import { keptToUndo } from "../../lib/restore/choose-kept.js";
import { consentTokens, type Destination, openDestination, wordFor } from "../../lib/restore/open-destination.js";
import { serviceOf } from "../../lib/restore/service-window.js";
import { swapWaitMs } from "../../lib/restore/swap-wait.js";
import { undoRestore } from "../../lib/restore/undo-restore.js";
import { defineCommand, type Outcome } from "../define.js";
import { again, KEPT_ARGUMENT, optionFlag, optionText, STORE_OPTION, TARGET_ARGUMENT, targetWord } from "../options.js";
import { knownStore } from "./known-store.js";
import { SWAP_OPTIONS } from "./swap-options.js";
import type { UndoData } from "./undo-schema.js";

interface Input {
  readonly target: string | null;
  readonly name: string | null;
  readonly store: string | null;
  readonly disconnect: boolean;
  readonly withService: boolean;
}

export const undoCommand = defineCommand<Input, UndoData>({
  path: "restore undo",
  summary: "put back what the last restore replaced; what is there now is kept in its turn",
  danger: "destroys",
  examples: [["dbops restore undo app --confirm app", "the state before the last restore; once more undoes the undo"]],
  args: [TARGET_ARGUMENT, KEPT_ARGUMENT],
  options: [
    { ...STORE_OPTION, help: "where restores are recorded: those in place are undone by a backup" },
    ...SWAP_OPTIONS,
  ],
  input: (raw) => ({
    target: targetWord(raw),
    name: raw.args[1] ?? null,
    store: optionText(raw, "store"),
    disconnect: optionFlag(raw, "disconnect"),
    withService: optionFlag(raw, "withService"),
  }),
  plan: async (context, { target: word, name, store, disconnect, withService }) => {
    const target = context.config.one(word);
    const service = serviceOf(target, withService);
    const destination = await openDestination(target, context, { isOnlyLook: context.flags.isDryRun, disconnect });
    const kept = await keptToUndo(destination, { name, storage: knownStore(context, store, target) }, context);
    const current = await destination.restorer.current();
    const swap = { disconnect, waitMs: swapWaitMs(context.flags.lockWaitMs) };
    return {
      targets: [target.name],
      steps: [{ summary: `put ${kept.name} back as ${destination.restorer.label}`, risk: "destroys" }],
      consent: { tokens: consentTokens(destination), shows: planView(destination, { kept, current }) },
      run: async (): Promise<Outcome<UndoData>> => {
        const { previous, durationMs, error } = await undoRestore(destination, { kept, swap, service }, context);
        const replacedAt = kept.replacedAt?.toISOString() ?? null;
        const { label } = destination.restorer;
        const undone = { to: label, target: wordFor(destination), name: kept.name, replacedAt, previous, durationMs };
        return error === null ? { data: { undone } } : { data: { undone }, error, exit: error.exitName };
      },
    };
  },
  view: (data, _context, { store }) => view(data, store),
  schema: async () => (await import("./undo-schema.js")).undoSchema,
});

interface Seen {
  readonly kept: KeptPrevious;
  readonly current: CurrentState | null;
}

function planView({ restorer }: Destination, { kept, current }: Seen): View {
  const lastWrite = current?.lastWriteAt ?? null;
  const entries = [
    ["now", restorer.label],
    ["last write", lastWrite === null ? "not known" : formatLocalTime(lastWrite)],
    ["in use by", (current?.sessions ?? []).join("\n") || "nobody seen"],
    ["put back", { text: kept.name, tone: "strong" }],
    ["replaced", kept.replacedAt === null ? "not known" : formatLocalTime(kept.replacedAt)],
    ["size", formatBytes(kept.sizeBytes)],
  ] as const;
  return { blocks: [{ kind: "facts", title: "UNDO", entries }] };
}

function view({ undone }: UndoData, store: string | null): View {
  const entries = [
    ["in place", { text: undone.to, tone: "strong" }],
    ["is again", undone.name],
    ["undone state", undone.previous === null ? "nothing was there" : `kept as ${undone.previous}`],
    ["took", formatDuration(undone.durationMs)],
  ] as const;
  return { blocks: [{ kind: "facts", entries }], next: again("restore previous", { target: undone.target, store }) };
}
