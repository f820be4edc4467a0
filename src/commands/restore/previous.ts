import { formatLocalTime } from "../../lib/core/local-time.js";
import { formatBytes, formatDuration } from "../../lib/core/units.js";
import type { Block, Cell, View } from "../../lib/core/view.js";
import { wayBack } from "../../lib/restore/in-place-restore.js";
import { listKept } from "../../lib/restore/list-kept.js";
import { type Context, defineCommand, type Outcome } from "../define.js";
import { again, optionText, STORE_OPTION, TARGET_ARGUMENT, targetWord } from "../options.js";
import { knownStore } from "./known-store.js";
import type { PreviousData } from "./previous-schema.js";

type Target = Context["config"]["targets"][number];

interface Input {
  readonly target: string | null;
  readonly store: string | null;
}

export const previousCommand = defineCommand<Input, PreviousData>({
  path: "restore previous",
  summary: "list the states that restores have replaced and kept",
  danger: "reads",
  examples: [
    ["dbops restore previous", "of all configured targets"],
    ["dbops restore previous app --json", "for scripts"],
  ],
  args: [TARGET_ARGUMENT],
  options: [{ ...STORE_OPTION, help: "where restores are recorded" }],
  input: (raw) => ({ target: targetWord(raw), store: optionText(raw, "store") }),
  plan: async (context, input) => {
    const targets = context.config.some(input.target);
    return {
      targets: targets.map(({ name }) => name),
      steps: [],
      run: async (): Promise<Outcome<PreviousData>> => {
        const storeOf = (target: Target) => knownStore(context, input.store, target);
        const { previous, inPlace, failures } = await listKept(targets, storeOf, context);
        const [first] = failures;
        if (first !== undefined && targets.length === 1) throw first.error;
        for (const { target, error } of failures) context.progress.warn(`${target}: ${error.message}`);
        const data = {
          previous: previous.map((kept) => ({ ...kept, replacedAt: kept.replacedAt?.toISOString() ?? null })),
          inPlace: inPlace.map((last) => ({ ...last, at: last.at.toISOString() })),
        };
        return { data, exit: failures.length === 0 ? "OK" : "PARTIAL" };
      },
    };
  },
  view,
  schema: async () => (await import("./previous-schema.js")).previousSchema,
});

function view({ previous, inPlace }: PreviousData, context: Context, input: Input): View {
  const columns = [
    { title: "target" },
    { title: "kept as", isWhole: true },
    { title: "replaced" },
    { title: "age", align: "right" },
    { title: "size", align: "right" },
  ] as const;
  const rows = previous.map(({ target, name, replacedAt, ageSeconds, sizeBytes }): Cell[] => [
    target,
    name,
    replacedAt === null ? "-" : formatLocalTime(new Date(replacedAt)),
    ageSeconds === null ? "-" : formatDuration(ageSeconds * 1000),
    formatBytes(sizeBytes),
  ]);
  return {
    blocks: [{ kind: "table", columns, rows, empty: "nothing is kept" }, ...inPlace.map(inPlaceBlock)],
    next: undoCommand({ previous, inPlace }, input.store) ?? lookCommand(context, input),
  };
}

function inPlaceBlock({ target, at, safetyBackup }: PreviousData["inPlace"][number]): Block {
  const when = formatLocalTime(new Date(at));
  const text = `The last restore of ${target} was in place (${when}): what it replaced is the backup ${safetyBackup}.`;
  return { kind: "text", tone: "warn", text };
}

/** What undoes the last restore. */
function undoCommand({ previous: [newest], inPlace }: PreviousData, store: string | null): string | null {
  const [first] = inPlace;
  const last = newest === undefined ? first : inPlace.find(({ target }) => target === newest.target);
  if (last !== undefined) return wayBack(last.target, last);
  return newest === undefined ? null : again("restore undo", { target: newest.target, store });
}

/** The backups, where it is known where they are. */
function lookCommand(context: Context, { target, store }: Input): string {
  if (target === null && store === null)
    return context.config.targets.length === 0 ? "dbops init" : "dbops backup list";
  const isKnown = target === null || knownStore(context, store, context.config.one(target)) !== null;
  return isKnown ? again("backup list", { target, store }) : again("info", { target, store: null });
}
