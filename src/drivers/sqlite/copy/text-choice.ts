import type { TextChoices } from "./row-protocol.js";

/** A text as it may travel, or why it may not. */
export type ChosenText = { readonly kind: "text"; readonly text: string } | RefusedText;

export type RefusedText =
  /** The column must be one of bytes. */
  | { readonly kind: "retype"; readonly reason: string }
  | { readonly kind: "unfit"; readonly reason: string; readonly flag: string };

/** What a NUL becomes where it may not stay. */
const ESCAPED_NUL = "\\0";
const INVALID = "text that is not valid UTF-8";
const NUL = "text with a NUL character";

/** Does with NUL what was chosen. */
export function chosenText(text: string, { nul }: Pick<TextChoices, "nul">): ChosenText {
  if (!text.includes("\0")) return { kind: "text", text };
  switch (nul) {
    case "strip":
      return { kind: "text", text: text.replaceAll("\0", "") };
    case "escape":
      return { kind: "text", text: text.replaceAll("\0", ESCAPED_NUL) };
    case "bytea":
      return { kind: "retype", reason: NUL };
    default:
      return { kind: "unfit", reason: NUL, flag: "--nul strip|escape|bytea" };
  }
}

/** What becomes of a text that is not valid: decoded in another way, or not at all. */
export function chosenDecoding({ invalidUtf8 }: Pick<TextChoices, "invalidUtf8">): "lossy" | "latin1" | RefusedText {
  switch (invalidUtf8) {
    case "replace":
      return "lossy";
    case "latin1":
      return "latin1";
    case "bytea":
      return { kind: "retype", reason: INVALID };
    default:
      return { kind: "unfit", reason: INVALID, flag: "--invalid-utf8 replace|latin1|bytea" };
  }
}
