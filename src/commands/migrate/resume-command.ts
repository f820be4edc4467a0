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

/** The command again, with more words. */
export function copyCommand({ input, from, to }: CopyWords, more: readonly string[]): string {
  return ["dbops migrate copy", wordOf(from), wordOf(to), ...more, ...input.flagWords].join(" ");
}

function wordOf({ isConfigured, name, word, location }: Target): string {
  return isConfigured ? shellWord(name) : shellWord(redactPatterns(word ?? location));
}
