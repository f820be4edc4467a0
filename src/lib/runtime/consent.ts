import { DbopsError } from "../core/errors.js";
import { highestRisk, type StepDescription } from "../core/plan.js";
import { shellWord } from "../core/shell-word.js";
import type { View } from "../core/view.js";
import type { Terminal } from "../terminal/terminal.js";
import type { Consent } from "./command.js";
import type { GlobalFlags } from "./context.js";

interface Asked {
  readonly steps: readonly StepDescription[];
  readonly consent: Consent | null;
}

export interface ConsentOptions {
  readonly flags: GlobalFlags;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
}

/** Obtains what the plan's highest risk demands. USAGE.CONSENT_MISSING, USAGE.CONFIRM_MISMATCH, USAGE.DECLINED. */
export async function obtainConsent(asked: Asked, options: ConsentOptions): Promise<void> {
  const { flags, terminal, signal } = options;
  const risk = highestRisk(asked.steps);
  if (risk === "safe") return;
  const shows = asked.consent?.shows ?? { blocks: [] };
  if (risk === "destroys") return await obtainToken(asked.consent?.tokens ?? [], { ...options, shows });
  if (flags.isYes) return;
  if (!terminal.canPrompt) throw missing("--yes", "it locks or rewrites data");
  await terminal.showView(shows, "stderr");
  if (!(await terminal.prompts.confirmYesNo("Go on?", signal))) throw declined();
}

async function obtainToken(tokens: readonly string[], asked: ConsentOptions & { readonly shows: View }): Promise<void> {
  const { flags, terminal, signal, shows } = asked;
  const token = tokens[0] ?? "";
  if (flags.confirm !== null) {
    if (tokens.includes(flags.confirm)) return;
    throw new DbopsError("USAGE.CONFIRM_MISMATCH", {
      message: `--confirm ${flags.confirm} is not what would be destroyed`,
      why: `this run would replace the data of ${token}`,
      hint: `if that is what you want: --confirm ${shellWord(token)}`,
    });
  }
  if (!terminal.canPrompt) throw missing(`--confirm ${shellWord(token)}`, "it destroys data");
  await terminal.showView(shows, "stderr");
  const question = `This destroys data. Type ${token} to go on`;
  if (!(await terminal.prompts.askToken(question, tokens, signal))) throw declined();
}

function missing(flag: string, what: string): DbopsError {
  return new DbopsError("USAGE.CONSENT_MISSING", {
    message: "this needs your consent and nobody can be asked",
    why: `${what}, and the run is not interactive`,
    hint: `add ${flag}`,
  });
}

function declined(): DbopsError {
  return new DbopsError("USAGE.DECLINED", { message: "declined; nothing was changed" });
}
