import { formatLocalTime } from "../../lib/core/local-time.js";
import { formatBytes, formatDuration } from "../../lib/core/units.js";
import type { Cell, View } from "../../lib/core/view.js";
import { listKept } from "../../lib/restore/list-kept.js";
import { defineCommand, type Outcome } from "../define.js";
import { TARGET_ARGUMENT, targetWord } from "../options.js";
import type { PreviousData } from "./previous-schema.js";
import { quoteWord } from "./quote-word.js";

interface Input {
  readonly target: string | null;
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
  input: (raw) => ({ target: targetWord(raw) }),
  plan: async (context, input) => {
    const targets = context.config.some(input.target);
    return {
      targets: targets.map(({ name }) => name),
      steps: [],
      run: async (): Promise<Outcome<PreviousData>> => {
        const { previous, failures } = await listKept(targets, context);
        const [first] = failures;
        if (first !== undefined && targets.length === 1) throw first.error;
        for (const { target, error } of failures) context.progress.warn(`${target}: ${error.message}`);
        const data = {
          previous: previous.map((kept) => ({ ...kept, replacedAt: kept.replacedAt?.toISOString() ?? null })),
        };
        return { data, exit: failures.length === 0 ? "OK" : "PARTIAL" };
      },
    };
  },
  view,
  schema: async () => (await import("./previous-schema.js")).previousSchema,
});

function view({ previous }: PreviousData): View {
  const columns = [
    { title: "target" },
    { title: "kept as" },
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
  const [newest] = previous;
  return {
    blocks: [{ kind: "table", columns, rows, empty: "nothing is kept" }],
    next: newest === undefined ? "dbops backup list" : `dbops restore undo ${quoteWord(newest.target)}`,
  };
}
