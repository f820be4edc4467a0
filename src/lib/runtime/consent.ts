import { DbopsError } from "../core/errors.js";
import { highestRisk, type StepDescription } from "../core/plan.js";
import type { View } from "../core/view.js";
import type { Terminal } from "../terminal/terminal.js";
import type { Consent } from "./command.js";
import type { GlobalFlags } from "./context.js";

interface Asked {
  readonly steps: readonly StepDescription[];
  readonly consent: Consent | null;
}

/** Obtains what the plan's highest risk demands. USAGE.CONSENT_MISSING, USAGE.CONFIRM_MISMATCH, USAGE.DECLINED. */
export async function obtainConsent(asked: Asked, flags: GlobalFlags, terminal: Terminal): Promise<void> {
  const risk = highestRisk(asked.steps);
  if (risk === "safe") return;
  const shows = asked.consent?.shows ?? { blocks: [] };
  if (risk === "destroys") return await obtainToken(asked.consent?.tokens ?? [], { flags, terminal, shows });
  if (flags.isYes) return;
  if (!terminal.canPrompt) throw missing("--yes", "it locks or rewrites data");
  terminal.showPlan(shows);
  if (!(await terminal.confirm("Go on?"))) throw declined();
}

interface TokenQuestion {
  readonly flags: GlobalFlags;
  readonly terminal: Terminal;
  readonly shows: View;
}

async function obtainToken(tokens: readonly string[], { flags, terminal, shows }: TokenQuestion): Promise<void> {
  const token = tokens[0] ?? "";
  if (flags.confirm !== null) {
    if (tokens.includes(flags.confirm)) return;
    throw new DbopsError("USAGE.CONFIRM_MISMATCH", {
      message: `--confirm ${flags.confirm} is not what would be destroyed`,
      why: `this run would replace the data of ${token}`,
      hint: `if that is what you want: --confirm ${quoteWord(token)}`,
    });
  }
  if (!terminal.canPrompt) throw missing(`--confirm ${quoteWord(token)}`, "it destroys data");
  terminal.showPlan(shows);
  if (!(await terminal.askToken(tokens))) throw declined();
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

function quoteWord(word: string): string {
  return /^[A-Za-z0-9_./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
