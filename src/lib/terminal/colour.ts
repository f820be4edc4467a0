import type { Environment } from "../core/environment.js";
import type { Tone } from "../core/view.js";
import type { OutputStream } from "./streams.js";

export type ColourLevel = 0 | 1;

/** Paints text in a tone; colour is never the only carrier of a meaning. */
export type Paint = Readonly<Record<Tone, (text: string) => string>>;

/** --color/--no-color > NO_COLOR > FORCE_COLOR > TERM=dumb > whether the stream is a terminal. */
export function colourLevel(stream: OutputStream, environment: Environment, flag: boolean | null): ColourLevel {
  if (flag !== null) return flag ? 1 : 0;
  if (environment.NO_COLOR) return 0;
  if (environment.FORCE_COLOR) return ["0", "false"].includes(environment.FORCE_COLOR) ? 0 : 1;
  if (environment.TERM === "dumb") return 0;
  return stream.isTTY === true ? 1 : 0;
}

/** The paint for a level; chalk is loaded only when there is something to paint. */
export async function loadPaint(level: ColourLevel): Promise<Paint> {
  if (level === 0) return { good: plain, bad: plain, warn: plain, dim: plain, strong: plain };
  const { Chalk } = await import("chalk");
  const chalk = new Chalk({ level });
  return { good: chalk.green, bad: chalk.red, warn: chalk.yellow, dim: chalk.dim, strong: chalk.bold };
}

function plain(text: string): string {
  return text;
}
