import type { ErrorCode } from "../../lib/core/error-codes.js";
import { asDbopsError, DbopsError } from "../../lib/core/errors.js";
import { translateError } from "./errors.js";

/** What a child answers to an order. */
export type OrderReply<Answer> =
  | { readonly kind: "answer"; readonly answer: Answer }
  | {
      readonly kind: "failed";
      readonly code: ErrorCode;
      readonly message: string;
      readonly why: string | null;
      readonly hint: string | null;
    };

/** Both ends are of one build, so the envelope tells enough. */
export function isOrderReply<Answer>(message: unknown): message is OrderReply<Answer> {
  return hasKind(message, ["answer", "failed"]);
}

export function hasKind(message: unknown, kinds: readonly string[]): boolean {
  return typeof message === "object" && message !== null && "kind" in message && kinds.includes(String(message.kind));
}

/** An error as a child sends it; `doing` ends the sentence of what SQLite says no more of. */
export function failedReply(error: unknown, doing: string): Extract<OrderReply<never>, { kind: "failed" }> {
  const { code, message, why, hint } = asDbopsError(translateError(error, doing));
  return { kind: "failed", code, message, why, hint };
}

/** That error again. */
export function errorOf({ code, message, why, hint }: Extract<OrderReply<never>, { kind: "failed" }>): DbopsError {
  return new DbopsError(code, { message, why: why ?? undefined, hint: hint ?? undefined });
}
