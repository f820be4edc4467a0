/** Whether two spellings, such as `1.50` and `15e-1`, are the same number; the sign aside. */
export function isSameDecimal(one: string, other: string): boolean {
  const first = normalized(one);
  const second = normalized(other);
  return first.digits === second.digits && (first.digits === "" || first.exponent === second.exponent);
}

/** How many digits a spelling has, without zeros at either end. */
export function digitsIn(text: string): number {
  return normalized(text).digits.length;
}

/** Digits without zeros at either end, and the power of ten of the last one. */
function normalized(text: string): { readonly digits: string; readonly exponent: number } {
  const [mantissa = "", power = "0"] = text.trim().toLowerCase().replace(/^[+-]/, "").split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  return { digits, exponent: Number(power) - fraction.length + (all.length - digits.length) };
}
