import { redactPatterns } from "../../lib/core/redaction.js";
import { shellWord } from "../../lib/core/shell-word.js";
import type { Context } from "../define.js";
import type { CopyRunInput } from "./copy-run-input.js";

type Target = Context["config"]["targets"][number];

export interface CopyWords {
  readonly input: CopyRunInput;
  readonly from: Target;
  readonly to: Target;
}

/** The command that goes on with a run, to paste; passwords in it are masked. */
export function resumeCommand(run: string, words: CopyWords): string {
  return copyCommand(words, [`--resume ${run}`]);
}

/** The command again, with more words: of a flag that takes one value, theirs. */
export function copyCommand({ input, from, to }: CopyWords, more: readonly string[]): string {
  const isGiven = (word: string): boolean => more.some((one) => flagOf(one) === flagOf(word));
  const kept = input.flagWords.filter((word) => word.startsWith("--exclude-tables ") || !isGiven(word));
  return ["dbops migrate copy", wordOf(from), wordOf(to), ...more, ...kept].join(" ");
}

function flagOf(word: string): string {
  return word.split(/[ =]/)[0] ?? word;
}

function wordOf({ isConfigured, name, word, location }: Target): string {
  return isConfigured ? shellWord(name) : shellWord(redactPatterns(word ?? location));
}
