/** Why SQL has no counterpart in another dialect: ends the reading or writing of one text, whose edge makes a reason of it. */
export class Untranslatable extends Error {}

/** The reason why a text was not read or written; what is no such reason is thrown on. */
export function untranslatableReason(error: unknown): string {
  if (error instanceof Untranslatable) return error.message;
  // The stack ends in what a machine has nested by the thousand.
  if (error instanceof RangeError) return "it is nested too deeply";
  throw error;
}
