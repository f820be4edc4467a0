import { DbopsError } from "../core/errors.js";
import { didYouMean } from "../core/suggestion.js";
import type { Check } from "./check.js";

export interface CheckChoice {
  /** IDs, or their first words for all that begin so; none for every check. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** The checks that the command line names. USAGE.INVALID for a word that names none. */
export function chosenChecks(checks: readonly Check[], { only, skip }: CheckChoice): readonly Check[] {
  for (const word of [...only, ...skip]) {
    if (!checks.some((check) => isNamed(check, word))) throw unknownCheck(word, checks);
  }
  const wanted = only.length === 0 ? checks : checks.filter((check) => only.some((word) => isNamed(check, word)));
  const chosen = wanted.filter((check) => !skip.some((word) => isNamed(check, word)));
  if (chosen.length > 0) return chosen;
  throw new DbopsError("USAGE.INVALID", {
    message: "no check is left to run",
    why: "--skip names all that --only names",
    hint: "leave one of them out",
  });
}

function isNamed({ id }: Check, word: string): boolean {
  return id === word || id.startsWith(`${word}.`);
}

function unknownCheck(word: string, checks: readonly Check[]): DbopsError {
  const words = checks.flatMap(({ id }) => [id, id.split(".")[0] ?? id]);
  const near = didYouMean(word, [...new Set(words)]);
  return new DbopsError("USAGE.INVALID", {
    message: `there is no check "${word}"`,
    hint: near === null ? `the checks are: ${checks.map(({ id }) => id).join(", ")}` : `did you mean ${near}?`,
  });
}
