import { DbopsError } from "../../../lib/core/errors.js";
import { didYouMean } from "../../../lib/core/suggestion.js";
import type { CopyChoices } from "../../copy-source-model.js";
import type { FileStructure, TableStructure } from "./file-structure.js";

/** Which of a file's tables and views are copied. */
export interface ChosenObjects {
  readonly tables: readonly TableStructure[];
  readonly views: FileStructure["views"];
}

/** Views come along when nothing was chosen, or by their own names. USAGE.INVALID for a name that is none. */
export function chooseTables(
  { tables, views }: FileStructure,
  choices: Pick<CopyChoices, "tables" | "excludeTables">,
): ChosenObjects {
  const offered = tables.filter(({ kind }) => kind !== "shadow");
  const known = [...offered, ...views].map(({ name }) => name);
  const wanted = namesOf(choices.tables, known);
  const unwanted = namesOf(choices.excludeTables, known);
  const isChosen = ({ name }: { readonly name: string }): boolean =>
    (wanted.size === 0 || wanted.has(name.toLowerCase())) && !unwanted.has(name.toLowerCase());
  return { tables: offered.filter(isChosen), views: views.filter(isChosen) };
}

function namesOf(words: readonly string[], known: readonly string[]): ReadonlySet<string> {
  for (const word of words) {
    if (known.some((name) => name.toLowerCase() === word.toLowerCase())) continue;
    const near = didYouMean(word, known);
    throw new DbopsError("USAGE.INVALID", {
      message: `there is no table or view ${word}`,
      hint: near === null ? undefined : `did you mean ${near}?`,
    });
  }
  return new Set(words.map((word) => word.toLowerCase()));
}
