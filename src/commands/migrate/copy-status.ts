import { CopyRecords } from "../../lib/copy/copy-records.js";
import { type CopyStatus, copyStatus } from "../../lib/copy/copy-status.js";
import { DbopsError } from "../../lib/core/errors.js";
import { formatLocalTime } from "../../lib/core/local-time.js";
import { formatCount } from "../../lib/core/units.js";
import type { Cell, Tone, View } from "../../lib/core/view.js";
import { defineCommand, type Outcome } from "../define.js";
import type { CopyStatusData } from "./copy-status-schema.js";

interface Input {
  readonly run: string | null;
}

const TONES: Readonly<Record<CopyStatus["state"], Tone>> = {
  working: "strong",
  killed: "bad",
  done: "good",
  partial: "warn",
  failed: "bad",
};

export const copyStatusCommand = defineCommand<Input, CopyStatusData>({
  path: "migrate copy status",
  summary: "how far copies are, and how to go on with those that were cut short",
  danger: "reads",
  examples: [
    ["dbops migrate copy status", "all copies that this machine knows of"],
    ["dbops migrate copy status 20261128T004018Z-7f3a9c --json", "one of them, for scripts"],
  ],
  args: [{ name: "[run]", help: "the run, or the beginning of it, as the copy's first line said" }],
  input: ({ args }) => ({ run: args[0] ?? null }),
  plan: async (context, { run }) => ({
    targets: [],
    steps: [],
    run: async (): Promise<Outcome<CopyStatusData>> => {
      const records = await new CopyRecords(context.stateFolder).list();
      const wanted = records.filter((record) => run === null || record.run.startsWith(run));
      if (run !== null && wanted.length === 0) throw unknownRun(run);
      return { data: { copies: await Promise.all(wanted.map((record) => copyStatus(record, context.hostName))) } };
    },
  }),
  view,
  schema: async () => (await import("./copy-status-schema.js")).copyStatusDataSchema,
});

function view({ copies }: CopyStatusData): View {
  const columns = [
    { title: "run", isWhole: true },
    { title: "from", spare: 2 },
    { title: "to" },
    { title: "begun", spare: 1 },
    { title: "state" },
    { title: "phase" },
    { title: "rows", align: "right" },
  ] as const;
  const rows = copies.map(({ run, from, to, startedAt, state, phase, rows: loaded, error }): Cell[] => [
    run,
    from,
    to,
    formatLocalTime(new Date(startedAt)),
    { text: error === null ? state : `${state}: ${error}`, tone: TONES[state] },
    phase,
    formatCount(loaded),
  ]);
  const open = copies.find(({ state, resumable }) => resumable === true && (state === "killed" || state === "failed"));
  return { blocks: [{ kind: "table", columns, rows, empty: "no copy is known here" }], next: open?.resumeCommand };
}

function unknownRun(run: string): DbopsError {
  return new DbopsError("COPY.NOT_RESUMABLE", {
    message: `nothing is known here of a copy ${run}`,
    hint: "dbops migrate copy status",
  });
}
