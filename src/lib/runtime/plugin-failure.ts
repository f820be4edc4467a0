import type { DbopsError } from "../core/errors.js";
import { PLUGIN_EXIT_CODES } from "../core/exit-codes.js";
import type { View } from "../core/view.js";
import type { RegistryEntry } from "./command.js";

/** Whether the words ask for a monitoring plugin; looked for in the raw words, so that usage errors obey it too. */
export function isPluginLine(argv: readonly string[], commands: readonly RegistryEntry[]): boolean {
  const at = argv.indexOf("--format");
  const format = argv[at + 1] === "nagios" && at !== -1;
  if (!format && !argv.includes("--format=nagios")) return false;
  return commands.some(({ isPlugin, path }) => isPlugin === true && argv.includes(path.split(" ")[0] ?? path));
}

/** The one line of a plugin that could not find anything out, on stdout; returns its exit code. */
export async function tellPlugin(
  error: DbopsError,
  terminal: { showView(view: View): Promise<void> },
): Promise<number> {
  const text = `DBOPS UNKNOWN - ${error.message}${error.why === null ? "" : `: ${error.why}`}`;
  await terminal.showView({ blocks: [{ kind: "raw", text: `${text.replaceAll(/[|\n]/g, " ")}\n` }], isData: true });
  return PLUGIN_EXIT_CODES.unknown;
}
