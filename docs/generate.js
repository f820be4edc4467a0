// `npm run docs` writes what the code's own tables say: whole pages, and the parts of pages between <!-- NAME --> marks.
// With --check it writes nothing and exits 1 when a page is not as it would be written; test/docs.test.ts runs that.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { GROUPS } from "#dbops/commands/groups.js";
import { COMMANDS } from "#dbops/commands/registry.js";
import { backupReportSchema } from "#dbops/lib/backup/backup-report.js";
import { listedBackupSchema } from "#dbops/lib/backup/list-backups.js";
import { manifestSchema } from "#dbops/lib/backup/manifest.js";
import { SETTINGS } from "#dbops/lib/config/settings.js";
import { ERROR_CODES } from "#dbops/lib/core/error-codes.js";
import { EXIT_CODES, exitCode } from "#dbops/lib/core/exit-codes.js";
import { spellMeasure } from "#dbops/lib/findings/spell-measure.js";
import { CHECKS } from "#dbops/lib/monitoring/check-registry.js";
import { requiredWords } from "#dbops/lib/runtime/command.js";
import { groupOf, subcommandsOf } from "#dbops/lib/runtime/command-words.js";
import { GLOBAL_OPTIONS } from "#dbops/lib/runtime/global-flags.js";
import { leafHelp } from "#dbops/lib/runtime/help.js";
import { SETTING_MEANINGS } from "./setting-meanings.js";

const TABLE = { groups: GROUPS, commands: COMMANDS };
const NOTE = "<!-- Written by `npm run docs` from the code. Do not edit. -->";

const ENVELOPE = {
  schema: ['"dbops/1"', "changes only when a field here changes its meaning"],
  ok: ["boolean", "exit is 0, 4 or 5"],
  exit: ["integer", "the exit code of the process"],
  command: ["string", "the full name, e.g. `backup create`; empty when the command line names none"],
  run: ["string", "the run's ID, as in the audit log and in locks"],
  targets: ["string[]", "names of the targets concerned"],
  startedAt: ["time", ""],
  durationMs: ["integer", "by the monotonic clock"],
  data: ["object or null", "below, one for each command; findings stay here when ok is false"],
  error: ["object or null", "`code`, `message`, `why` (or null), `hint` (or null), `retryable`"],
  warnings: ["string[]", "what was printed as a warning"],
};

/** Shapes that several commands answer. */
const SHARED = {
  Backup: backupReportSchema,
  ListedBackup: listedBackupSchema,
  Manifest: manifestSchema,
  Failure: z.object({
    code: z.string(),
    message: z.string(),
    why: z.string().nullable(),
    hint: z.string().nullable(),
    retryable: z.boolean(),
  }),
};
const NAMED = new Map(Object.entries(SHARED).map(([name, schema]) => [JSON.stringify(jsonSchema(schema)), name]));

const PAGES = [
  ["docs/errors.md", errorsPage],
  ["docs/json.md", jsonPage],
  ["docs/commands.md", commandsPage],
  ["docs/checks.md", checksPage],
];
const PARTS = [
  ["README.md", "commands", commandTable],
  ["README.md", "exit-codes", exitTable],
  ["docs/config.md", "settings", settingsTable],
  ["docs/architecture.md", "global-flags", globalFlagTable],
];

const isChecking = process.argv.includes("--check");
let stale = 0;
for (const [path, write] of PAGES) await settle(path, async () => `${(await write()).trimEnd()}\n`);
for (const [path, name, write] of PARTS)
  await settle(path, async (text) => withPart(text, { path, name, part: await write() }));
process.exitCode = isChecking && stale > 0 ? 1 : 0;

async function settle(path, write) {
  const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
  const before = await readFile(file, "utf8").catch(() => "");
  const after = await write(before);
  if (after === before) return;
  stale += 1;
  process.stdout.write(isChecking ? `${path} is not what the code says; run: npm run docs\n` : `wrote ${path}\n`);
  if (!isChecking) await writeFile(file, after);
}

function withPart(text, { path, name, part }) {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to < from) throw new Error(`${path} has no ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n${part}\n${text.slice(to)}`;
}

async function commandTable() {
  const rows = [];
  for (const { path, summary, danger, load } of COMMANDS) {
    const words = requiredWords((await load()).spec);
    rows.push([`\`${["dbops", shortest(path), ...words].join(" ")}\``, summary, danger]);
  }
  return markdownTable(["command", "what it does", "danger"], rows);
}

/** `backup create` is typed as `backup`. */
function shortest(path) {
  const group = GROUPS.find(({ name, defaultCommand }) => path === `${name} ${defaultCommand}`);
  return group === undefined ? path : group.name;
}

function exitTable() {
  const rows = Object.values(EXIT_CODES).map(({ code, meaning }) => [String(code), meaning]);
  return markdownTable(["exit", "meaning"], rows);
}

function globalFlagTable() {
  const rows = GLOBAL_OPTIONS.map(({ flags, help }) => [`\`${flags}\``, help]);
  return markdownTable(["flag", "meaning"], rows);
}

function settingsTable() {
  const known = new Set(Object.values(SETTINGS).map(({ key }) => key));
  const strays = Object.keys(SETTING_MEANINGS).filter((key) => !known.has(key));
  if (strays.length > 0) throw new Error(`docs/setting-meanings.js explains settings that do not exist: ${strays}`);
  const rows = Object.values(SETTINGS).map(({ key, variable, application, leaf, fallback }) => {
    const meaning = SETTING_MEANINGS[key];
    if (meaning === undefined) throw new Error(`docs/setting-meanings.js does not explain ${key}`);
    const variables = [variable, ...application.map(({ name }) => name)].map((name) => `\`${name}\``);
    return [
      `\`${key}\``,
      meaning,
      expectedValue(leaf),
      fallback === null ? "" : `\`${fallback}\``,
      variables.join(" "),
    ];
  });
  return markdownTable(["key", "meaning", "value", "default", "variables"], rows);
}

/** A leaf says what it wants when it is given nothing. */
function expectedValue(leaf) {
  const { problem = "" } = leaf.read(undefined);
  return problem.replace(/^expected /, "").replace(/, found nothing$/, "");
}

function errorsPage() {
  const codes = Object.entries(ERROR_CODES);
  const areas = [...new Set(codes.map(([code]) => areaOf(code)))];
  const chapters = areas.map((area) => {
    const rows = codes
      .filter(([code]) => areaOf(code) === area)
      .map(([code, { exit, means, retryable }]) => [
        `\`${code}\``,
        String(exitCode(exit)),
        retryable === true ? "yes" : "no",
        means,
      ]);
    return `## ${area}\n\n${markdownTable(["code", "exit", "retryable", "meaning"], rows)}`;
  });
  return `${NOTE}

# Error codes

Every failure has a code. It stands at the end of the message on stderr and in \`error.code\` with \`--json\`; the message
beside it says what failed, why, and what to do. *Retryable* means that the same command may succeed later without a
change. Scripts should act on the exit code, and on the error code where they must tell causes apart.

${chapters.join("\n\n")}`;
}

function areaOf(code) {
  return code.split(".")[0];
}

async function commandsPage() {
  const chapters = [];
  for (const entry of COMMANDS) {
    const { spec } = await entry.load();
    const group = groupOf(entry.path, TABLE);
    const help = leafHelp(spec, group === null ? [] : subcommandsOf(group, TABLE));
    const own = help.replace(/flags of every command\n(?: {2}.*\n)+\n/, "").replace(/\nexit status: .*\n$/, "");
    chapters.push(`## ${entry.path}\n\n\`\`\`text\n${own.trimEnd()}\n\`\`\``);
  }
  return `${NOTE}

# Commands

What \`dbops help COMMAND\` prints, without the flags that every command has (they are in
[architecture.md](architecture.md#flags)).

${chapters.join("\n\n")}`;
}

function checksPage() {
  const chapters = CHECKS.map(({ id, detects, escalates, ignores, needs, defaults }) => {
    const sentences = [`Detects ${detects}.`, `Escalates ${escalates}.`, ignores === null ? "" : `Ignores ${ignores}.`];
    const rows = Object.entries(defaults).map(([measure, limit]) => [
      `\`${measure}\``,
      limit.warn === null ? "" : spellMeasure(limit.warn, limit.unit),
      limit.crit === null ? "" : spellMeasure(limit.crit, limit.unit),
    ]);
    const table = rows.length === 0 ? "" : `\n\n${markdownTable(["measure", "warning", "critical"], rows)}`;
    const facts = needs.map((name) => `\`${name}\``).join(", ");
    return `## ${id}\n\n${sentences.filter((sentence) => sentence !== "").join(" ")} Needs ${facts}.${table}`;
  });
  return `${NOTE}

# Checks

What \`dbops monitor\` looks at. A check applies where its facts are to be had; where a right is missing it is left out,
and the output says what would enable it. [monitoring.md](monitoring.md) says how thresholds are changed, what is done
with findings, and what the monitor never does.

${chapters.join("\n\n")}`;
}

async function jsonPage() {
  const chapters = [];
  for (const entry of COMMANDS) {
    const schema = await (await entry.load()).schema();
    chapters.push(`## ${entry.path}\n\n${shapeBlock(schema)}`);
  }
  const shared = Object.entries(SHARED).map(([name, schema]) => `### ${name}\n\n${shapeBlock(schema, name)}`);
  const rows = Object.entries(ENVELOPE).map(([key, [type, meaning]]) => [`\`${key}\``, type, meaning]);
  return `${NOTE}

# --json

\`--json\` prints exactly one document on stdout, also for a wrong command line and after a signal. Every key is always
there; what is not known is null. Everything for people goes to stderr. \`--json\` never prompts. Only
\`dbops --version\` and the help that is asked for are text all the same.

${markdownTable(["key", "type", "meaning"], rows)}

Sizes and counts are integers; integers beyond 2^53 are strings. A \`time\` is RFC 3339 in UTC. New keys may be added;
a key that is here keeps its name, type and meaning within \`dbops/1\`.

With \`--dry-run\`, commands that change something answer \`data.plan.steps\`, a list of
\`{summary, risk: "safe"|"locks"|"rewrites"|"destroys"}\` with \`sql\`, \`lock\` and \`needsBytes\` where they apply.
\`migrate copy\` answers the report of the copy, with null for what only the copy can know.

The rest of this page is the \`data\` of every command. What several commands answer has a name and stands at the end.

${chapters.join("\n\n")}

## Shared shapes

${shared.join("\n\n")}`;
}

/** A shape in full, even when it has a name itself. */
function shapeBlock(schema, ownName = null) {
  const shape = jsonSchema(schema);
  return `\`\`\`text\n${ownName === null ? typeText(shape, "") : objectText(shape, "")}\n\`\`\``;
}

/** Without the page's own heading, so that a shape looks the same wherever it stands. */
function jsonSchema(schema) {
  const { $schema: _dialect, ...shape } = z.toJSONSchema(schema, { io: "output" });
  return shape;
}

function typeText(schema, indent) {
  const named = NAMED.get(JSON.stringify(schema));
  if (named !== undefined) return named;
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return alternatives.map((each) => typeText(each, indent)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return schema.enum.map((word) => JSON.stringify(word)).join(" | ");
  if (Array.isArray(schema.type)) return schema.type.join(" | ");
  if (schema.type === "array") return arrayText(schema.items, indent);
  if (schema.type === "object") return objectText(schema, indent);
  if (schema.format === "date-time") return "time";
  return schema.type ?? "any";
}

function arrayText(items, indent) {
  const text = typeText(items, indent);
  return text.includes(" | ") && !text.startsWith("{") ? `(${text})[]` : `${text}[]`;
}

function objectText({ properties, additionalProperties }, indent) {
  if (properties === undefined) return `{ [name]: ${typeText(additionalProperties ?? {}, indent)} }`;
  const lines = Object.entries(properties).map(
    ([key, value]) => `${indent}  ${key}: ${typeText(value, `${indent}  `)}`,
  );
  return lines.length === 0 ? "{}" : `{\n${lines.join("\n")}\n${indent}}`;
}

function markdownTable(titles, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}
