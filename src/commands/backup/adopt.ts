import { adoptFile } from "../../lib/adopt/adopt-file.js";
import { backupReport, tablesOf } from "../../lib/backup/backup-report.js";
import { backupRequest, NO_WISH } from "../../lib/backup/backup-wish.js";
import { unknownIdentity } from "../../lib/backup/marks.js";
import { asDbopsError, type DbopsError } from "../../lib/core/errors.js";
import { formatBytes } from "../../lib/core/units.js";
import type { View } from "../../lib/core/view.js";
import { type Context, defineCommand, type Outcome } from "../define.js";
import { again, KEY_OPTIONS, optionText, SCRATCH_OPTION, STORE_OPTION } from "../options.js";
import type { AdoptData } from "./adopt-schema.js";

type Target = Context["config"]["targets"][number];

interface Input {
  readonly files: readonly string[];
  readonly target: string | null;
  readonly store: string | null;
  readonly identity: string | null;
  readonly passphraseFile: string | null;
  readonly scratch: string | null;
}

export const adoptCommand = defineCommand<Input, AdoptData>({
  path: "backup adopt",
  summary: "verify dumps and files made by other programs and take them into the store",
  danger: "writes",
  examples: [
    ["dbops backup adopt /old/app-*.dump -t app", "dumps of pg_dump become backups of `app`"],
    ["dbops backup adopt old.db.gz -t ./app.db", "so does a compressed SQLite file"],
  ],
  args: [
    {
      name: "<file...>",
      help: ".db .sqlite .sql .dump .pgdump, a directory-format folder; with or without .gz .zst .age",
    },
  ],
  options: [STORE_OPTION, ...KEY_OPTIONS, SCRATCH_OPTION],
  input: (raw) => ({
    files: raw.args,
    target: optionText(raw, "target"),
    store: optionText(raw, "store"),
    identity: optionText(raw, "identity"),
    passphraseFile: optionText(raw, "passphraseFile"),
    scratch: optionText(raw, "scratch"),
  }),
  plan: async (context, input) => {
    const target = context.config.one(input.target);
    return {
      targets: [target.name],
      steps: input.files.map((file) => ({
        summary: `verify ${file} and store a copy as a backup of ${target.name}`,
        risk: "safe",
      })),
      run: () => adopt(context, input, target),
    };
  },
  view,
  schema: async () => (await import("./adopt-schema.js")).adoptSchema,
});

async function adopt(context: Context, input: Input, target: Target): Promise<Outcome<AdoptData>> {
  const storage = context.store(input.store, target);
  const identity = await context.identityOf(target);
  const scratch = context.scratch(input.scratch, target);
  const passphrase = await context.secretFile(input.passphraseFile);
  const request = await backupRequest({ ...NO_WISH, scratch }, target);
  const keys = {
    identity: context.path(input.identity) ?? target.backup.identity,
    passphrase: passphrase ?? target.backup.passphrase,
  };
  const engine = await context.engine(target.engine);
  await using _lock = await context.lockStore(storage, identity ?? unknownIdentity(target.name));
  const adopted: AdoptData["adopted"][number][] = [];
  const problems: DbopsError[] = [];
  for (const file of input.files) {
    const path = context.path(file) ?? file;
    try {
      const options = { ...request, path, name: target.name, identity, engine, storage, keys, scratch };
      const { manifest, unseen } = await adoptFile(options, context);
      if (unseen !== null) problems.push(unseen);
      adopted.push({ path, backup: backupReport(manifest), problem: unseen?.message ?? null });
    } catch (thrown) {
      context.signal.throwIfAborted();
      const error = asDbopsError(thrown);
      problems.push(error);
      adopted.push({ path, backup: null, problem: error.message });
    }
  }
  return { data: { adopted }, ...outcomeOf(adopted, problems) };
}

/** One error speaks for all; several files of which some were taken in are done in part. */
function outcomeOf(
  adopted: AdoptData["adopted"],
  [first]: readonly DbopsError[],
): Pick<Outcome<AdoptData>, "exit" | "error"> {
  if (first === undefined) return {};
  const isPartial = adopted.length > 1 && adopted.some(({ backup }) => backup !== null);
  return { error: first, exit: isPartial ? "PARTIAL" : first.exitName };
}

function view({ adopted }: AdoptData, _context: Context, input: Input): View {
  const columns = [
    { title: "file" },
    { title: "backup", isWhole: true },
    { title: "tables", align: "right" },
    { title: "stored", align: "right" },
  ] as const;
  const rows = adopted.map(({ path, backup, problem }) => [
    path,
    backup?.id ?? ({ text: problem ?? "refused", tone: "bad" } as const),
    backup === null ? "" : String(tablesOf(backup).length),
    backup === null ? "" : formatBytes(backup.storedBytes),
  ]);
  const [first] = adopted.flatMap(({ backup }) => backup ?? []);
  const verify = `backup verify --level restore --id ${first?.id.slice(-6)}`;
  const next = first === undefined ? undefined : again(verify, input);
  return { blocks: [{ kind: "table", columns, rows, empty: "nothing adopted" }], next };
}
