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

export interface TokenOptions {
  /** The value of --confirm. */
  readonly confirm: string | null;
  /** Whether a person can be asked for it. */
  readonly canPrompt: boolean;
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

/** Why the consent to destroy can be refused without asking: USAGE.CONSENT_MISSING, USAGE.CONFIRM_MISMATCH; null when it cannot. */
export function tokenRefusal(tokens: readonly string[], { confirm, canPrompt }: TokenOptions): DbopsError | null {
  const token = tokens[0] ?? "";
  if (confirm === null) return canPrompt ? null : missing(`--confirm ${shellWord(token)}`, "it destroys data");
  if (tokens.includes(confirm)) return null;
  return new DbopsError("USAGE.CONFIRM_MISMATCH", {
    message: `--confirm ${confirm} is not what would be destroyed`,
    why: `this run would replace the data of ${token}`,
    hint: `if that is what you want: --confirm ${shellWord(token)}`,
  });
}

async function obtainToken(tokens: readonly string[], asked: ConsentOptions & { readonly shows: View }): Promise<void> {
  const { flags, terminal, signal, shows } = asked;
  const refusal = tokenRefusal(tokens, { confirm: flags.confirm, canPrompt: terminal.canPrompt });
  if (refusal !== null) throw refusal;
  if (flags.confirm !== null) return await recordShown(shows, asked);
  const token = tokens[0] ?? "";
  await terminal.showView(shows, "stderr");
  const question = `This destroys data. Type ${token} to go on`;
  if (!(await terminal.prompts.askToken(question, tokens, signal))) throw declined();
}

/** Nobody decides by it, but a log must say what was replaced. */
async function recordShown(shows: View, { flags, terminal }: ConsentOptions): Promise<void> {
  if (flags.isJson || flags.isQuiet) return;
  await terminal.showView(shows, "stderr");
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
