import { untranslatableReason } from "./untranslatable.js";

/** What was written, or why it was not. */
export type Written =
  | { readonly isExpressed: true; readonly sql: string }
  | { readonly isExpressed: false; readonly reason: string };

/** Does the writing; what has no counterpart becomes the reason. */
export function written(write: () => string): Written {
  try {
    return { isExpressed: true, sql: write() };
  } catch (error) {
    return { isExpressed: false, reason: untranslatableReason(error) };
  }
}
