import { DbopsError, foreignCode, messageOf } from "../../lib/core/errors.js";
import { redactPatterns } from "../../lib/core/redaction.js";
import { type Meaning, NETWORK, SQLSTATES, WHILE_CONNECTING, WORDINGS } from "./sqlstates.js";

/** Says what an error of `pg` means; what is already a DbopsError passes. `doing` ends the sentence "cannot …". */
export function translateError(thrown: unknown, doing: string): DbopsError {
  if (thrown instanceof DbopsError) return thrown;
  return asMeant(meaningOf(readError(thrown)), { thrown, doing });
}

/** The same for an error of connecting, where a missing right means that the server does not let us in. */
export function translateConnectError(thrown: unknown, doing: string): DbopsError {
  if (thrown instanceof DbopsError) return thrown;
  const error = readError(thrown);
  const states: Readonly<Record<string, Meaning>> = WHILE_CONNECTING;
  return asMeant(states[error.code] ?? meaningOf(error), { thrown, doing });
}

/** The SQLSTATE of the error that a DbopsError was made from, or null. */
export function sqlStateOf(thrown: unknown): string | null {
  const inner = thrown instanceof DbopsError ? thrown.cause : thrown;
  return isOfServer(inner) ? foreignCode(inner) : null;
}

/** Only the server says how severe it is; the code alone would take EPIPE for a SQLSTATE. */
function isOfServer(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && "severity" in thrown && typeof thrown.severity === "string";
}

function asMeant(meaning: Meaning, { thrown, doing }: { thrown: unknown; doing: string }): DbopsError {
  const { code, words, isServers } = readError(thrown);
  const said = isServers ? `${words} (SQLSTATE ${code})` : words;
  const why = meaning.why ?? said;
  return new DbopsError(meaning.code, { message: `cannot ${doing}`, why, hint: meaning.hint, cause: thrown });
}

interface ReadError {
  /** A SQLSTATE if it is the server's, else a name of Node's. */
  readonly code: string;
  readonly words: string;
  readonly isServers: boolean;
}

function readError(thrown: unknown): ReadError {
  const inner = innermost(thrown);
  return { code: foreignCode(inner) ?? "", words: redactPatterns(describe(inner)), isServers: isOfServer(inner) };
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

function meaningOf({ code, words, isServers }: ReadError): Meaning {
  const states: Readonly<Record<string, Meaning>> = SQLSTATES;
  const network: Readonly<Record<string, Meaning>> = NETWORK;
  if (isServers) return states[code] ?? states[code.slice(0, 2)] ?? { code: "DB.REFUSED" };
  return network[code] ?? WORDINGS.find(({ pattern }) => pattern.test(words)) ?? { code: "CONNECT.LOST" };
}
