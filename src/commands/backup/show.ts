import { listBackups } from "../../lib/backup/list-backups.js";
import { DbopsError } from "../../lib/core/errors.js";
import { formatLocalTime } from "../../lib/core/local-time.js";
import { shellWord } from "../../lib/core/shell-word.js";
import { formatBytes, formatCount, formatDuration } from "../../lib/core/units.js";
import type { Cell, View } from "../../lib/core/view.js";
import { type Context, defineCommand } from "../define.js";
import { optionText, STORE_OPTION, TARGET_ARGUMENT, targetWord } from "../options.js";
import { chosenBackups } from "./chosen-backups.js";
import type { ShowData } from "./show-schema.js";

interface Input {
  /** null = the newest that counts. */
  readonly id: string | null;
  readonly target: string | null;
  readonly store: string | null;
}

export const showCommand = defineCommand<Input, ShowData>({
  path: "backup show",
  summary: "everything that is known of one backup",
  danger: "reads",
  examples: [
    ["dbops backup show 7f3a9c", "any unique part of the ID will do"],
    ["dbops backup show latest app", "the newest backup that counts: what `restore --from latest` takes"],
  ],
  args: [{ name: "<id>", help: "any unique part of a backup's ID, or `latest`" }, TARGET_ARGUMENT],
  options: [STORE_OPTION],
  input: (raw) => ({
    id: raw.args[0] === "latest" ? null : (raw.args[0] ?? ""),
    target: targetWord(raw, 1),
    store: optionText(raw, "store"),
  }),
  plan: async (context, input) => ({
    targets: input.id === null ? [context.config.one(input.target).name] : [],
    steps: [],
    run: async () => ({ data: await show(context, input) }),
  }),
  view,
  schema: async () => (await import("./show-schema.js")).showSchema,
});

async function show(context: Context, { id, target, store }: Input): Promise<ShowData> {
  const { catalog, entries } = await chosenBackups(context, { target, store, id });
  const policyOf = (name: string) => context.backupSettingsOf(name).keep;
  const { backups } = listBackups(catalog, { wanted: null, policyOf, now: context.clock.now() });
  const [entry] = entries;
  const backup = backups.find((candidate) => candidate.id === entry?.manifest.id);
  if (entry === undefined || backup === undefined)
    throw new DbopsError("BACKUP.NOT_FOUND", { message: `"${id ?? "latest"}" is not in ${catalog.storage.label}` });
  return { backup, manifest: entry.manifest };
}

function view({ backup, manifest }: ShowData, { config }: Context, { target }: Input): View {
  const { origin, fingerprint, encryption } = manifest;
  const facts: [string, Cell][] = [
    ["backup", { text: backup.id, tone: "strong" }],
    ["target", `${manifest.target} (${manifest.identity})`],
    ["source", `${origin.label}, ${manifest.engine} ${origin.serverVersion}`],
    ["taken", formatLocalTime(new Date(manifest.takenAt))],
    ["took", formatDuration(manifest.durationMs)],
    ["state", backup.state.text],
    ["kept as", backup.keptAs ?? "nothing: the next retention drops it"],
    ["encrypted", encryption === null ? "no" : encryption.recipients.join("\n") || "with a passphrase"],
    ["fingerprint", fingerprint.algorithm ?? "row counts only"],
  ];
  const parts = manifest.parts.map(({ file, rawBytes, storedBytes, storedSha256 }) => [
    file,
    formatBytes(rawBytes),
    formatBytes(storedBytes),
    storedSha256.slice(0, 16),
  ]);
  const tables = fingerprint.tables.map(({ kind, schema, name, rows }) => [
    schema === null ? name : `${schema}.${name}`,
    kind,
    rows === null ? "-" : formatCount(rows),
  ]);
  return {
    blocks: [
      { kind: "facts", entries: facts },
      { kind: "table", title: "files", columns: FILE_COLUMNS, rows: parts, empty: "none" },
      { kind: "table", title: "content", columns: CONTENT_COLUMNS, rows: tables, empty: "no tables" },
      ...fingerprint.notCovered.map(({ kind, name, reason }) => ({
        kind: "text" as const,
        tone: "dim" as const,
        text: `not compared: ${kind} ${name}: ${reason}`,
      })),
    ],
    next: `dbops restore ${shellWord(target ?? wordFor(manifest, config))} --from ${backup.id.slice(-6)} --store ${shellWord(backup.store)} --dry-run`,
  };
}

/** The configured name, else the place that was backed up: a name that only the store knows is no target. */
function wordFor({ target, origin }: ShowData["manifest"], { targets }: Context["config"]): string {
  return targets.some(({ name }) => name === target) ? target : origin.label;
}

const FILE_COLUMNS = [
  { title: "file" },
  { title: "raw", align: "right" },
  { title: "stored", align: "right" },
  { title: "SHA-256" },
] as const;
const CONTENT_COLUMNS = [{ title: "name" }, { title: "kind" }, { title: "rows", align: "right" }] as const;
