import { shellWord } from "../../lib/core/shell-word.js";
import type { OptionSpec, RawInput } from "../define.js";

/** The flags of a command line as words to paste, in the options' order. */
export function againWords(raw: RawInput, options: readonly OptionSpec[]): readonly string[] {
  return options.flatMap(({ flags }) => {
    const name = /--([a-z][a-z0-9-]*)/.exec(flags)?.[1] ?? "";
    const isNegated = name.startsWith("no-");
    const value = raw.options[camel(isNegated ? name.slice(3) : name)];
    if (isNegated) return value === false ? [`--${name}`] : [];
    if (value === true) return [`--${name}`];
    const values = Array.isArray(value) ? value : [value];
    return values.flatMap((one) => (typeof one === "string" ? [wordsFor(name, one, flags)] : []));
  });
}

/** An optional value holds on to its flag, so that it is not taken for a word of its own. */
function wordsFor(name: string, value: string, flags: string): string {
  return `--${name}${flags.includes("[") ? "=" : " "}${shellWord(value)}`;
}

function camel(name: string): string {
  return name.replace(/-([a-z0-9])/g, (_dash, letter: string) => letter.toUpperCase());
}
