import type { Driver } from "../../drivers/driver.js";
import { DbopsError } from "../../lib/core/errors.js";
import type { StepDescription } from "../../lib/core/plan.js";
import type { View } from "../../lib/core/view.js";
import { requireRejectsPlace } from "../../lib/import/rejects-file.js";
import { requireNamed } from "../../lib/restore/protected-target.js";
import { type Context, defineCommand, type Outcome } from "../define.js";
import { TARGET_ARGUMENT } from "../options.js";
import { type ImportInput, importInput } from "./import-input.js";
import { IMPORT_OPTIONS } from "./import-options.js";
import type { ImportData } from "./import-schema.js";
import { importView } from "./import-view.js";
import { keepImported } from "./keep-imported.js";
import { openWork } from "./open-work.js";
import { isLook } from "./records-work.js";
import { scriptView } from "./script-view.js";

type Target = Context["config"]["targets"][number];

export const importCommand = defineCommand<ImportInput, ImportData>({
  path: "import",
  summary: "load CSV, TSV, JSON, NDJSON, SQL or a database file, all or nothing",
  danger: "destroys",
  examples: [
    ["dbops import users.csv app", "into table `users`; one bad record, and nothing is written"],
    ["dbops import users.csv app --check", "try every record, list what would be refused, change nothing"],
    ["dbops import new.ndjson app --table users --mode upsert", "update rows by their key, insert the others"],
    ["dbops import data.zip app --create", "every table of an archive, made when it is missing"],
    ["dbops import other.db app --table users", "the rows of a table of a SQLite file"],
    ["dbops import dump.sql.gz app", "run a script of pg_dump, `.dump` or your own in one transaction"],
    ["gunzip < log.csv.gz | dbops import - app --table log", "from a pipe"],
  ],
  args: [{ name: "<file>", help: "a file, a folder or archive of files, or - for standard input" }, TARGET_ARGUMENT],
  options: IMPORT_OPTIONS,
  input: importInput,
  plan: async (context, input) => {
    const target = context.config.one(input.target);
    if (!isLook(input) && !context.flags.isDryRun) requireNamed(target);
    await requireRejectsPlace(context.path(input.rejects));
    const made = input.makesDatabase ? await context.openNew(target) : null;
    if (made !== null) requireWhole(input);
    const driver = made?.driver ?? (await context.open(target));
    const locks = !context.flags.isDryRun && input.previewRows === null;
    if (locks) context.own(await driver.lock(context.lockOptions()));
    const work = await openWork(context, input, driver);
    return {
      targets: [target.name],
      steps: work.steps,
      consent: {
        tokens: tokensOf(target, driver),
        shows: shownFor(driver.label, context.flags.isDryRun ? [] : work.steps),
      },
      run: async (): Promise<Outcome<ImportData>> => {
        const outcome = await work.run();
        const { did, isWhole } = outcome.data.import;
        if (did !== "import" || !isWhole) return outcome;
        await made?.publish();
        return await keepImported(outcome, work);
      },
    };
  },
  view: (data, _context, input) => {
    const { script } = data.import;
    return script === null ? importView(data, input) : scriptView(data.import, script, input);
  },
  schema: async () => (await import("./import-schema.js")).importSchema,
});

/** A dry run lists all steps by itself. */
function shownFor(label: string, steps: readonly StepDescription[]): View {
  const destroying = steps.filter(({ risk }) => risk === "destroys");
  return {
    blocks: [
      { kind: "text", text: `IMPORT into ${label}`, tone: "strong" },
      ...destroying.map(({ summary }) => ({ kind: "text", text: summary, tone: "warn" }) as const),
    ],
  };
}

/** USAGE.INVALID: a new database appears when everything is in it. */
function requireWhole({ commitEvery }: ImportInput): void {
  if (commitEvery === null) return;
  throw new DbopsError("USAGE.INVALID", {
    message: "--commit-every is for a database that is there",
    why: "a new one appears under its name when everything is in it",
    hint: "leave it out",
  });
}

/** What `--confirm` accepts: the configured name, the identity's own words, and the word that was typed for it. */
function tokensOf(target: Target, { identity }: Driver): readonly string[] {
  const words = [target.isConfigured ? target.name : null, ...identity.consentTokens, target.word];
  return [...new Set(words.filter((word) => word !== null))];
}
