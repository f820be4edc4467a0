import { DbopsError, foreignCode, messageOf } from "../../lib/core/errors.js";
import { redactPatterns } from "../../lib/core/redaction.js";
import { type Meaning, NETWORK, SQLSTATES, WHILE_CONNECTING, WORDINGS } from "./sqlstates.js";

/** Says what an error of `pg` means; what is already a DbopsError passes. `doing` ends the sentence "cannot …". */
export function translateError(thrown: unknown, doing: string): DbopsError {
  if (thrown instanceof DbopsError) return thrown;
  const { state, words } = readError(thrown);
  return asMeant(meaningOf(state, words), { thrown, doing });
}

/** The same for an error of connecting, where a missing right means that the server does not let us in. */
export function translateConnectError(thrown: unknown, doing: string): DbopsError {
  if (thrown instanceof DbopsError) return thrown;
  const { state, words } = readError(thrown);
  const states: Readonly<Record<string, Meaning>> = WHILE_CONNECTING;
  return asMeant(states[state] ?? meaningOf(state, words), { thrown, doing });
}

/** The SQLSTATE of the error that a DbopsError was made from, or null. */
export function sqlStateOf(thrown: unknown): string | null {
  const code = foreignCode(thrown instanceof DbopsError ? thrown.cause : thrown);
  return code !== null && /^[0-9A-Z]{5}$/.test(code) ? code : null;
}

function asMeant(meaning: Meaning, { thrown, doing }: { thrown: unknown; doing: string }): DbopsError {
  const { state, words } = readError(thrown);
  const said = /^[0-9A-Z]{5}$/.test(state) ? `${words} (SQLSTATE ${state})` : words;
  const why = meaning.why ?? said;
  return new DbopsError(meaning.code, { message: `cannot ${doing}`, why, hint: meaning.hint, cause: thrown });
}

function readError(thrown: unknown): { readonly state: string; readonly words: string } {
  const inner = innermost(thrown);
  return { state: foreignCode(inner) ?? "", words: redactPatterns(describe(inner)) };
}

/** Node reports a name with several addresses as one error that holds one for each. */
function innermost(thrown: unknown): unknown {
  return thrown instanceof AggregateError && thrown.errors.length > 0 ? thrown.errors[0] : thrown;
}

function describe(thrown: unknown): string {
  const detail = typeof thrown === "object" && thrown !== null && "detail" in thrown ? thrown.detail : null;
  const text = messageOf(thrown);
  return typeof detail === "string" && detail !== "" ? `${text}; ${detail}` : text;
}

function meaningOf(state: string, words: string): Meaning {
  const states: Readonly<Record<string, Meaning>> = SQLSTATES;
  const network: Readonly<Record<string, Meaning>> = NETWORK;
  const isState = /^[0-9A-Z]{5}$/.test(state);
  const byCode = isState ? (states[state] ?? states[state.slice(0, 2)]) : network[state];
  if (byCode !== undefined) return byCode;
  const byWords = isState ? undefined : WORDINGS.find(({ pattern }) => pattern.test(words));
  return byWords ?? { code: isState ? "DB.REFUSED" : "CONNECT.LOST" };
}
