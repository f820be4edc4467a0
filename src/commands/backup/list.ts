import { readCatalog } from "../../lib/backup/catalog.js";
import { listBackups } from "../../lib/backup/list-backups.js";
import { type Context, defineCommand } from "../define.js";
import { optionText, STORE_OPTION, TARGET_ARGUMENT, targetWord } from "../options.js";
import type { ListData } from "./list-schema.js";
import { listView } from "./list-view.js";

interface Input {
  readonly target: string | null;
  readonly store: string | null;
}

export const listCommand = defineCommand<Input, ListData>({
  path: "backup list",
  summary: "show backups, what they are worth and what keeps them",
  danger: "reads",
  examples: [
    ["dbops backup list", "the backups of every configured target"],
    ["dbops backup list --store /srv/backups --json", "whatever a store holds, for scripts"],
  ],
  args: [TARGET_ARGUMENT],
  options: [STORE_OPTION],
  input: (raw) => ({ target: targetWord(raw), store: optionText(raw, "store") }),
  plan: async (context, input) => {
    const target = input.target === null ? null : context.config.one(input.target);
    const targets = target === null ? context.config.targets : [target];
    return {
      targets: targets.map(({ name }) => name),
      steps: [],
      run: async () => ({ data: await list(context, input) }),
    };
  },
  view: (data, { config }, input) => listView(data, { ...input, configured: config.targets.map(({ name }) => name) }),
  schema: async () => (await import("./list-schema.js")).listSchema,
});

async function list(context: Context, { target: word, store }: Input): Promise<ListData> {
  const target = word === null ? null : context.config.one(word);
  const wanted = target === null ? null : { target: target.name, identity: await context.identityOf(target) };
  const data: { [Key in keyof ListData]: ListData[Key] } = { backups: [], failures: [], invalid: [], orphans: [] };
  for (const storage of context.stores(store, target)) {
    const catalog = await readCatalog(storage);
    const policyOf = (name: string) => context.backupSettingsOf(name).keep;
    const { backups, failures, notice } = listBackups(catalog, { wanted, policyOf, now: context.clock.now() });
    if (notice !== null) context.progress.note(notice);
    data.backups.push(...backups);
    data.failures.push(...failures);
    data.invalid.push(...catalog.invalid.map(({ file, problem }) => ({ store: storage.label, file, problem })));
    data.orphans.push(...catalog.orphans.map((file) => ({ store: storage.label, file })));
  }
  return data;
}
