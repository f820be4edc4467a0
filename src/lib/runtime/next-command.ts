import { shellWord } from "../core/shell-word.js";
import type { View } from "../core/view.js";
import type { GlobalFlags } from "./context.js";

/** A view whose next command uses the same configuration as this run. */
export function withGlobals(view: View, { config, env }: Pick<GlobalFlags, "config" | "env">): View {
  if (view.next?.startsWith("dbops ") !== true) return view;
  const flags = [
    ...(config === null || view.next.includes("--config") ? [] : ["-c", shellWord(config)]),
    ...(env === null ? [] : ["--env", shellWord(env)]),
  ];
  return { ...view, next: [view.next, ...flags].join(" ") };
}
