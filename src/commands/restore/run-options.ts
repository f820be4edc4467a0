import { DbopsError } from "../../lib/core/errors.js";
import type { OptionSpec, RawInput } from "../define.js";
import { KEY_OPTIONS, optionCount, optionFlag, optionText, STORE_OPTION, targetWord } from "../options.js";

import { SWAP_OPTIONS } from "./swap-options.js";

export const RUN_OPTIONS = [
  {
    flags: "--from <backup>",
    help: "a backup's ID, `latest`, or a file: .db .sqlite .sql .dump .pgdir.tar [.zst .gz] [.age]",
  },
  { flags: "--before <time>", help: "the newest backup taken before: RFC 3339, or a duration back from now" },
  { flags: "--to <target>", help: "restore into another target than the one that was backed up" },
  STORE_OPTION,
  ...KEY_OPTIONS,
  { flags: "--jobs <n>", help: "parallel load, where the engine can (default 2)" },
  { flags: "--in-place", help: "write into the existing database instead of swapping it" },
  ...SWAP_OPTIONS,
  { flags: "--scratch <dir>", help: "folder for throw-away files" },
] as const satisfies readonly OptionSpec[];

export interface RunInput {
  readonly target: string | null;
  readonly from: string | null;
  readonly before: string | null;
  readonly to: string | null;
  readonly store: string | null;
  readonly identity: string | null;
  readonly passphraseFile: string | null;
  readonly jobs: number;
  readonly isInPlace: boolean;
  readonly disconnect: boolean;
  readonly withService: boolean;
  readonly scratch: string | null;
}

/** USAGE.INVALID for numbers that are none and for flags that exclude each other. */
export function runInput(raw: RawInput): RunInput {
  const input = {
    target: targetWord(raw),
    from: optionText(raw, "from"),
    before: optionText(raw, "before"),
    to: optionText(raw, "to"),
    store: optionText(raw, "store"),
    identity: optionText(raw, "identity"),
    passphraseFile: optionText(raw, "passphraseFile"),
    jobs: optionCount(raw, "jobs", 1) ?? 2,
    isInPlace: optionFlag(raw, "inPlace"),
    disconnect: optionFlag(raw, "disconnect"),
    withService: optionFlag(raw, "withService"),
    scratch: optionText(raw, "scratch"),
  };
  if (input.from === null || input.before === null) return input;
  throw new DbopsError("USAGE.INVALID", {
    message: "--from and --before exclude each other",
    hint: "give one of them",
  });
}
