import { DbopsError } from "../core/errors.js";
import { didYouMean } from "../core/suggestion.js";
import type { CommandTable } from "./command-words.js";
import { HELP_TOPICS, type HelpTopic } from "./help-topics.js";

/** What `dbops help WORDS` asks for: a topic, or null for a command, a group or everything. USAGE.INVALID. */
export function helpTopic(words: readonly string[], table: CommandTable): HelpTopic | null {
  const asked = words.filter((word) => !word.startsWith("-")).join(" ");
  const topic = HELP_TOPICS.find(({ name }) => name === asked);
  if (topic !== undefined) return topic;
  const verbs = [...table.groups.map(({ name }) => name), ...table.commands.map(({ path }) => path)];
  if (asked === "" || verbs.includes(asked)) return null;
  const topics = HELP_TOPICS.map(({ name }) => name);
  const near = didYouMean(asked, [...verbs, ...topics]) ?? onlyEndingWith(asked, table);
  throw new DbopsError("USAGE.INVALID", {
    message: `there is no help on "${asked}"`,
    why: `commands: ${verbsOf(table).join(", ")}; topics: ${topics.join(", ")}`,
    hint: near === null ? "`dbops --help` shows every command" : `did you mean \`dbops help ${near}\`?`,
  });
}

function onlyEndingWith(word: string, { commands }: CommandTable): string | null {
  const [only, ...others] = commands.filter(({ path }) => path.endsWith(` ${word}`));
  return only === undefined || others.length > 0 ? null : only.path;
}

/** First words, each once, in the order of the table. */
function verbsOf({ commands }: CommandTable): string[] {
  return [...new Set(commands.map(({ path }) => path.split(" ")[0] ?? path))];
}
