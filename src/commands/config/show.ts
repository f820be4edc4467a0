import type { View } from "../../lib/core/view.js";
import { defineCommand } from "../define.js";
import { optionFlag } from "../options.js";
import type { ShowData } from "./show-schema.js";

interface Input {
  readonly hasSources: boolean;
}

export const showCommand = defineCommand<Input, ShowData>({
  path: "config show",
  summary: "print every setting as it is in force, without secrets",
  danger: "reads",
  examples: [
    ["dbops config show", "what dbops would use here and now"],
    ["dbops config show --sources", "and where each value came from"],
    ["dbops config show --env production", "with an environment laid over it"],
  ],
  options: [{ flags: "--sources", help: "also print where each value came from" }],
  input: (raw) => ({ hasSources: optionFlag(raw, "sources") }),
  plan: async ({ config }, { hasSources }) => ({
    targets: config.targets.map(({ name }) => name),
    steps: [],
    run: async () => {
      const settings = config.settings.map(({ key, value, source }) => ({
        key,
        value,
        source: hasSources ? source : null,
      }));
      return { data: { config: config.path, settings } };
    },
  }),
  view,
  schema: async () => (await import("./show-schema.js")).showSchema,
});

function view({ config, settings }: ShowData): View {
  const hasSources = settings.some(({ source }) => source !== null);
  const columns = [{ title: "setting" }, { title: "value" }, ...(hasSources ? [{ title: "source" }] : [])];
  const rows = settings.map(({ key, value, source }) => [
    key,
    value ?? { text: "not set", tone: "dim" as const },
    ...(source === null ? [] : [source]),
  ]);
  const path = config === null ? "no dbops.yaml was found" : `read from ${config}`;
  return {
    blocks: [
      { kind: "text", text: path, tone: "dim" },
      { kind: "table", columns, rows, empty: "no settings" },
    ],
    ...(config === null ? { next: "dbops init" } : {}),
  };
}
