/** A double shows no more, and SQLite keeps decimals as doubles. */
const MOST_DIGITS = 15;

/** The digits in a declaration such as `DECIMAL(10, 2)`; null without them, and where they are more than a double has. */
export function declaredDigits(declared: string): { readonly precision: number; readonly scale: number } | null {
  const match = /\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\)/.exec(declared);
  if (match === null) return null;
  const precision = Number(match[1]);
  const scale = Number(match[2] ?? 0);
  return precision >= 1 && precision <= MOST_DIGITS && scale <= precision ? { precision, scale } : null;
}
