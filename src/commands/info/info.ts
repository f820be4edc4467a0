import { asDbopsError, DbopsError, reportError } from "../../lib/core/errors.js";
import { qualifiedName } from "../../lib/core/named.js";
import { databaseReport } from "../../lib/info/database-report.js";
import { findTable } from "../../lib/info/find-table.js";
import { type Context, defineCommand, type Outcome } from "../define.js";
import { optionText, TARGET_ARGUMENT, targetWord } from "../options.js";
import type { InfoData, InfoEntry } from "./info-schema.js";
import { infoView } from "./info-view.js";

type Target = Context["config"]["targets"][number];

interface Input {
  readonly target: string | null;
  readonly table: string | null;
}

export const infoCommand = defineCommand<Input, InfoData>({
  path: "info",
  summary: "show what a database is and holds",
  danger: "reads",
  examples: [
    ["dbops info", "every configured target at a glance"],
    ["dbops info app", "engine, size, settings and every table of one"],
    ["dbops info app --table orders", "columns, keys, indexes, checks and triggers of a table"],
    ["dbops info ./app.db --json", "the same for scripts, with every table in detail"],
  ],
  args: [TARGET_ARGUMENT],
  options: [{ flags: "--table <table>", help: "this table in detail; `schema.table` where names repeat" }],
  input: (raw) => ({ target: targetWord(raw), table: optionText(raw, "table") }),
  plan: async (context, { target, table }) => {
    const targets = table === null ? context.config.some(target) : [context.config.one(target)];
    const [only, ...others] = targets;
    if (only === undefined) throw noTargets();
    return {
      targets: targets.map(({ name }) => name),
      steps: [],
      run: () => (others.length === 0 ? lookAtOne(context, only, table) : lookAtAll(context, targets)),
    };
  },
  view: infoView,
  schema: async () => (await import("./info-schema.js")).infoSchema,
});

async function lookAtOne(context: Context, target: Target, word: string | null): Promise<Outcome<InfoData>> {
  const entry = await lookAt(context, target);
  const { info } = entry;
  if (info === null || word === null) return { data: { table: null, databases: [entry] } };
  const table = findTable(info, word);
  const narrowed = { ...entry, info: { ...info, tables: [table] } };
  return { data: { table: qualifiedName(table), databases: [narrowed] } };
}

/** One that cannot be reached does not hide the others. */
async function lookAtAll(context: Context, targets: readonly Target[]): Promise<Outcome<InfoData>> {
  const databases: InfoEntry[] = [];
  const failures: DbopsError[] = [];
  for (const target of targets) {
    try {
      databases.push(await lookAt(context, target));
    } catch (thrown) {
      context.signal.throwIfAborted();
      const error = asDbopsError(thrown);
      failures.push(error);
      databases.push({ target: target.name, ok: false, info: null, error: reportError(error) });
    }
  }
  const [first] = failures;
  const data = { table: null, databases };
  if (first === undefined) return { data };
  return failures.length < targets.length
    ? { data, exit: "PARTIAL" }
    : { data, exit: first.exitName, error: noneReached(first) };
}

async function lookAt(context: Context, target: Target): Promise<InfoEntry> {
  await using driver = await context.open(target);
  return { target: target.name, ok: true, info: await databaseReport(driver), error: null };
}

function noTargets(): DbopsError {
  return new DbopsError("USAGE.TARGET_MISSING", {
    message: "no target is configured",
    hint: "run `dbops init`, or name a path or URL",
  });
}

function noneReached(first: DbopsError): DbopsError {
  return new DbopsError(first.code, {
    message: "none of the targets can be looked at",
    why: `the first trouble is: ${first.message}`,
    hint: first.hint ?? undefined,
    cause: first,
  });
}
