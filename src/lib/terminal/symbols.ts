import type { Environment } from "../core/environment.js";

/** The few signs that dbops prints besides letters. */
export interface Symbols {
  readonly good: string;
  readonly bad: string;
  readonly warn: string;
  readonly ellipsis: string;
  readonly rule: string;
  readonly spinner: readonly string[];
}

const UNICODE: Symbols = {
  good: "✔",
  bad: "✖",
  warn: "⚠",
  ellipsis: "…",
  rule: "─",
  spinner: ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"],
};
const ASCII: Symbols = {
  good: "[ok]",
  bad: "[error]",
  warn: "[warning]",
  ellipsis: "...",
  rule: "-",
  spinner: ["-", "\\", "|", "/"],
};

/** Unicode signs where the locale is UTF-8 and the terminal has a real font, else ASCII ones. */
export function symbolsFor(environment: Environment): Symbols {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || "";
  const hasFont = environment.TERM !== "linux" && environment.TERM !== "dumb";
  return hasFont && /utf-?8/i.test(locale) ? UNICODE : ASCII;
}
