import type { CANCEL_SYMBOL } from "@clack/prompts";
import { DbopsError } from "../core/errors.js";
import type { ScreenStream } from "./screen-stream.js";
import type { InputStream } from "./streams.js";

export interface Choice<Value> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string | undefined;
}

/** Questions to a person at a terminal; Ctrl-C, Escape and the run's signals are RUN.INTERRUPTED. */
export interface Prompts {
  /** y/N. */
  confirmYesNo(question: string, signal?: AbortSignal): Promise<boolean>;
  /** True when one of the tokens was typed, false when the answer was `no` or empty. */
  askToken(question: string, tokens: readonly string[], signal?: AbortSignal): Promise<boolean>;
  /** One of the choices. */
  pickOne<Value>(question: string, choices: readonly Choice<Value>[], signal?: AbortSignal): Promise<Value>;
}

export interface PromptSettings {
  readonly input: InputStream;
  readonly screen: ScreenStream;
  readonly clean: (text: string) => string;
  /** Called before each question: clears whatever is being drawn. */
  readonly prepare: () => void;
}

const REFUSALS: ReadonlySet<string> = new Set(["", "n", "no"]);

/** Prompts on a terminal; they read stdin and draw on stderr. */
export function createPrompts(settings: PromptSettings): Prompts {
  const { clean, prepare } = settings;
  return {
    confirmYesNo: async (question, signal) => {
      prepare();
      const { confirm } = await import("@clack/prompts");
      const options = { ...ends(settings, signal), message: clean(question), initialValue: false };
      return answered(await confirm(options), signal);
    },
    askToken: async (question, tokens, signal) => {
      prepare();
      const { text } = await import("@clack/prompts");
      const validate = (answer = "") => refusalToAccept(answer.trim(), tokens.map(clean));
      const answer = answered(await text({ ...ends(settings, signal), message: clean(question), validate }), signal);
      return tokens.map(clean).includes(answer.trim());
    },
    pickOne: async (question, choices, signal) => {
      prepare();
      const { select } = await import("@clack/prompts");
      const options = choices.map((choice, index) => ({
        value: index,
        label: clean(choice.label),
        ...(choice.hint === undefined ? {} : { hint: clean(choice.hint) }),
      }));
      const index = answered(await select({ ...ends(settings, signal), message: clean(question), options }), signal);
      const chosen = choices[index];
      if (chosen === undefined) throw interrupted(undefined);
      return chosen.value;
    },
  };
}

function ends(settings: PromptSettings, signal: AbortSignal | undefined) {
  return { input: settings.input, output: settings.screen, ...(signal === undefined ? {} : { signal }) };
}

/** Undefined when the answer decides, else what to tell the person. */
function refusalToAccept(answer: string, tokens: readonly string[]): string | undefined {
  if (tokens.includes(answer) || REFUSALS.has(answer.toLowerCase())) return undefined;
  return `type ${tokens.join(" or ")} exactly, or just Enter to stop`;
}

/** The prompts answer a symbol when they are cancelled. */
function answered<Answer>(answer: Answer | typeof CANCEL_SYMBOL, signal: AbortSignal | undefined): Answer {
  if (isCancelled(answer)) throw interrupted(signal);
  return answer;
}

function isCancelled(answer: unknown): answer is typeof CANCEL_SYMBOL {
  return typeof answer === "symbol";
}

function interrupted(signal: AbortSignal | undefined): Error {
  if (signal?.aborted === true && signal.reason instanceof DbopsError) return signal.reason;
  return new DbopsError("RUN.INTERRUPTED", {
    message: "interrupted at a question",
    why: "Ctrl-C was pressed; nothing was changed",
  });
}
