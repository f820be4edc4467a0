import { redactPatterns } from "../../lib/core/redaction.js";
import { shellWord } from "../../lib/core/shell-word.js";
import type { Context } from "../define.js";
import type { CopyRunInput } from "./copy-run-input.js";
import { COPY_RUN_OPTIONS } from "./copy-run-options.js";

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

/** The command again, with more words, which say better what was given. */
export function copyCommand({ input, from, to }: CopyWords, more: readonly string[]): string {
  const better = new Set(more.map(flagIn));
  const given = input.flagWords.filter((word) => isRepeatable(word) || !better.has(flagIn(word)));
  return ["dbops migrate copy", wordOf(from), wordOf(to), ...more, ...given].join(" ");
}

function flagIn(word: string): string {
  return word.split(/[ =]/, 1)[0] ?? word;
}

function isRepeatable(word: string): boolean {
  return COPY_RUN_OPTIONS.some((option) => "isRepeatable" in option && flagIn(option.flags) === flagIn(word));
}

function wordOf({ isConfigured, name, word, location }: Target): string {
  return isConfigured ? shellWord(name) : shellWord(redactPatterns(word ?? location));
}
