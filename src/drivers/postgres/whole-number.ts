const MOST_ZEROS = 20;

/** A number's text without fraction and exponent where it is a whole one; otherwise as it was. */
export function wholeNumber(text: string): string {
  const [, sign = "", whole = "", fraction = "", exponent = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const zeros = Number(exponent) - fraction.length;
  const digits = whole + fraction;
  if (whole === "" || zeros > MOST_ZEROS) return text;
  if (zeros >= 0) return sign + digits + "0".repeat(zeros);
  const kept = digits.slice(0, Math.max(0, digits.length + zeros));
  return /^0*$/.test(digits.slice(kept.length)) ? sign + (kept === "" ? "0" : kept) : text;
}
