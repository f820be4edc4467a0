/** A decimal number by its value, as `-15e-1`, so that equal numbers are equal texts; words such as `NaN` stay. */
export function decimalValue(text: string): string {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (parts === null) return text;
  const [, sign = "", whole = "", fraction = "", power = "0"] = parts;
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  if (digits === "") return "0";
  const exponent = BigInt(power) - BigInt(fraction.length) + BigInt(all.length - digits.length);
  return `${sign === "-" ? "-" : ""}${digits}e${exponent}`;
}
