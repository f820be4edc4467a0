import type { Block, View } from "../../lib/core/view.js";
import { type InitPlan, planInit, writeInit } from "../../lib/init/plan-init.js";
import { type Context, defineCommand, type Plan } from "../define.js";
import { optionFlag } from "../options.js";
import type { InitData } from "./init-schema.js";

interface Input {
  readonly folder: string;
  readonly isForced: boolean;
}

export const initCommand = defineCommand<Input, InitData>({
  path: "init",
  summary: "find databases and write a commented dbops.yaml",
  danger: "writes",
  examples: [
    ["dbops init", "look here and write ./dbops.yaml"],
    ["dbops init /srv/app --dry-run", "show what would be written for another folder"],
  ],
  args: [{ name: "[dir]", help: "the folder to look in and to write to (default: the working directory)" }],
  options: [{ flags: "--force", help: "replace a dbops.yaml that is there" }],
  input: (raw) => ({ folder: raw.args[0] ?? ".", isForced: optionFlag(raw, "force") }),
  plan,
  view,
  schema: async () => (await import("./init-schema.js")).initSchema,
});

async function plan(context: Context, { folder, isForced }: Input): Promise<Plan<InitData>> {
  const { config, signal } = context;
  const path = context.path(folder) ?? context.cwd;
  const request = { folder: path, isForced, environment: config.environment, locate: config.locate, signal };
  const init = await planInit(request);
  return {
    targets: [],
    steps: [
      { summary: `write ${init.config}`, risk: "safe" },
      ...init.targets.map(({ name, url, foundIn }) => ({
        summary: `with ${name}: ${url} (${foundIn})`,
        risk: "safe" as const,
      })),
    ],
    // Shown by --dry-run; a safe plan asks nobody.
    consent: { tokens: [], shows: { blocks: [{ kind: "raw", text: init.content }] } },
    run: async () => {
      await writeInit(init);
      return { data: dataOf(init) };
    },
  };
}

function dataOf({ config, targets, crontab, notes }: InitPlan): InitData {
  return { config, targets: targets.map((target) => ({ ...target })), crontab: [...crontab], notes: [...notes] };
}

function view({ config, targets, crontab, notes }: InitData): View {
  const first = targets[0];
  const blocks: Block[] = [
    { kind: "text", text: `wrote ${config}`, tone: "good" },
    {
      kind: "table",
      columns: [{ title: "target" }, { title: "url" }, { title: "found as" }],
      rows: targets.map(({ name, url, foundIn }) => [name, url, foundIn]),
      empty: "no database was found: name yours in the file",
    },
    ...notes.map((text): Block => ({ kind: "text", text, tone: "warn" })),
  ];
  if (first === undefined) return { blocks, next: `\${EDITOR:-vi} ${config}` };
  blocks.push({
    kind: "text",
    text: "for `crontab -e`: every night a backup, every Sunday a drill, every morning a look",
  });
  blocks.push({ kind: "raw", text: `${crontab.join("\n")}\n` });
  return { blocks, next: `dbops backup -t ${first.name} --config ${config}` };
}
