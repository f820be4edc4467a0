import { copyExit } from "../../lib/copy/copy-exit.js";
import { defineCommand, type Outcome } from "../define.js";
import { type CopyRunInput, copyRunInput } from "./copy-run-input.js";
import { COPY_RUN_OPTIONS } from "./copy-run-options.js";
import type { CopyRunData } from "./copy-run-schema.js";
import { copyRunView } from "./copy-run-view.js";
import { prepareAct } from "./prepared-act.js";

export const copyRunCommand = defineCommand<CopyRunInput, CopyRunData>({
  path: "migrate copy run",
  summary: "copy a database into another one, of another engine too, and prove both equal",
  danger: "destroys",
  examples: [
    ["dbops migrate copy app.db postgres://app@db/app --dry-run", "which types, why, and what would be left behind"],
    ["dbops migrate copy app.db postgres://app@db/app", "built unseen, compared, and made visible in one act"],
    ["dbops migrate copy service:app ./app.db --allow-uncarried=triggers", "PostgreSQL into a new SQLite file"],
    ["dbops migrate copy app.db app --on-mismatch widen --invalid-utf8 bytea", "whatever is in the file, it loads"],
  ],
  args: [
    { name: "<from>", help: "what is copied: a name, path or URL; it is only read" },
    { name: "<to>", help: "where to: a name, a URL, or a path, which need not exist yet" },
  ],
  options: COPY_RUN_OPTIONS,
  input: copyRunInput,
  plan: async (context, input) => {
    const [from, to] = [context.config.one(input.from), context.config.one(input.to)];
    const act = await prepareAct(context, { input, from, to });
    const { report, steps, shows, tokens, isRefused } = act;
    return {
      targets: [from.name, to.name],
      steps,
      consent: { tokens, shows },
      preview: { data: report, view: shows, exit: isRefused ? "FINDINGS" : "OK" },
      run: async (): Promise<Outcome<CopyRunData>> => {
        const { report: data, error } = await act.run();
        return error === null ? { data, exit: copyExit(data) } : { data, error, exit: error.exitName };
      },
    };
  },
  view: (data, _context, input) => copyRunView(data, input),
  schema: async () => (await import("./copy-run-schema.js")).copyRunSchema,
});
