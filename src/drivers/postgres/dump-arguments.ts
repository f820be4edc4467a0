import { DbopsError } from "../../lib/core/errors.js";
import { DUMP_OPTIONS, type DumpOption } from "./dump-options.js";

export interface PassThrough {
  readonly args: readonly string[];
  /** True when an argument leaves something out. */
  readonly isSelecting: boolean;
}

const OPTIONS: ReadonlyMap<string, DumpOption> = new Map(Object.entries(DUMP_OPTIONS));

/** Reads what stood after `--` as pg_dump would, abbreviations and joined letters included. USAGE.INVALID for what dbops sets itself. */
export function readPassThrough(args: readonly string[]): PassThrough {
  let isSelecting = false;
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? "";
    const options = word.startsWith("--") ? [longOption(word)] : shortOptions(word);
    for (const { use } of options) isSelecting ||= use === "selects";
    const last = options.at(-1);
    if (last?.takesValue === true && last.isValueMissing) index += 1;
  }
  return { args, isSelecting };
}

interface FoundOption {
  readonly use: DumpOption["use"];
  readonly takesValue: boolean;
  /** The value is the next word. */
  readonly isValueMissing: boolean;
}

function longOption(word: string): FoundOption {
  const [name = "", value] = word.slice(2).split(/=(.*)/s);
  if (name === "") throw refused(word);
  const exact = OPTIONS.get(name);
  const abbreviated = [...OPTIONS].filter(([full]) => full.startsWith(name)).map(([, option]) => option);
  const meant = exact === undefined ? abbreviated : [exact];
  if (meant.some(({ use }) => use === "refused")) throw refused(word);
  const takesValue = meant.some((option) => option.takesValue === true);
  const isNeutral = meant.length > 0 && meant.every(({ use }) => use === "neutral");
  return { use: isNeutral ? "neutral" : "selects", takesValue, isValueMissing: value === undefined };
}

function shortOptions(word: string): readonly FoundOption[] {
  if (!word.startsWith("-") || word === "-") throw refused(word);
  const found: FoundOption[] = [];
  const letters = [...word.slice(1)];
  for (const [index, letter] of letters.entries()) {
    const option = [...OPTIONS.values()].find(({ short }) => short === letter);
    if (option === undefined || option.use === "refused") throw refused(word);
    const takesValue = option.takesValue === true;
    found.push({ use: option.use, takesValue, isValueMissing: index === letters.length - 1 });
    if (takesValue) break;
  }
  return found;
}

function refused(word: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `"${word}" cannot be handed to pg_dump`,
    why: "dbops decides itself where pg_dump connects, what it writes and in which format",
    hint: "use --format, --jobs, --compress and the target instead; `-n`, `-N`, `--section` and the like may follow `--`",
  });
}
