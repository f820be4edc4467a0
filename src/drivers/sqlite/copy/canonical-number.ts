const HALF = 0.5;
/** More than any number has that lies in the middle of two short ones. */
const EXACT_DIGITS = 40;

/**
 * A double in the shortest digits that read back to it, as rows travel. A decimal that lies just as near to the next
 * double counts as that one's too, unlike in JavaScript: 1e23 is 9.999999999999999e+22.
 */
export function canonicalDouble(value: number): string {
  if (isPlainDouble(value)) return String(value);
  const size = Math.abs(value);
  if (value === 0) return Object.is(value, -0) ? "-0" : "0";
  if (!Number.isFinite(value)) return String(value);
  return withTwoDigits(size < 2 ** 53 ? value.toExponential() : insideDigits(value));
}

/** Whether JavaScript spells it the same. */
export function isPlainDouble(value: number): boolean {
  const size = Math.abs(value);
  return size >= 1e-4 && size < 1e15;
}

/** The same of a float of 32 bits; the value must be one. */
export function canonicalSingle(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return canonicalDouble(value);
  const text = singleDigits(value);
  const exponent = Number(text.slice(text.indexOf("e") + 1));
  return exponent >= -4 && exponent < 6 ? plainDecimal(text) : withTwoDigits(text);
}

/** A number's spelling without an exponent: `1.5e-7` is 0.00000015. */
export function plainDecimal(text: string): string {
  const at = text.indexOf("e");
  if (at < 0) return text;
  const sign = text.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = text.slice(sign.length, at).split(".");
  const exponent = Number(text.slice(at + 1));
  const digits = whole + fraction;
  const point = whole.length + exponent;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${digits}`;
  if (point >= digits.length) return sign + digits.padEnd(point, "0");
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}

function withTwoDigits(exponential: string): string {
  return exponential.replace(/e([+-])(\d)$/, "e$10$2");
}

/** Of a double whose neighbours are integers: the shortest digits that are nearer to it than to both. */
function insideDigits(value: number): string {
  const exact = BigInt(value);
  const [low, high] = [neighbour(value, -1n), neighbour(value, 1n)];
  const isBetween = (text: string): boolean => {
    const doubled = 2n * BigInt(plainDecimal(text));
    return doubled !== exact + low && doubled !== exact + high;
  };
  const shortest = value.toExponential();
  if (isBetween(shortest)) return shortest;
  for (let digits = shortest.indexOf("e") - (value < 0 ? 1 : 0); digits < 17; digits += 1) {
    const text = rounded(value, digits);
    if (Number(text) === value && isBetween(text)) return text;
  }
  return value.toExponential(16);
}

function neighbour(value: number, step: bigint): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  view.setBigUint64(0, view.getBigUint64(0) + step);
  const next = view.getFloat64(0);
  return Number.isFinite(next) ? BigInt(next) : 2n * BigInt(value) - neighbour(value, -step);
}

function singleDigits(value: number): string {
  const [low, high] = [singleNeighbour(value, -1), singleNeighbour(value, 1)];
  const bounds = [(value + low) * HALF, (value + high) * HALF];
  const [least, most] = [Math.min(...bounds), Math.max(...bounds)];
  for (let digits = 0; digits < 8; digits += 1) {
    for (const text of near(value, digits)) if (Number(text) > least && Number(text) < most) return text;
  }
  return value.toExponential(8);
}

/** The nearest decimal of so many digits, then the next ones: beside a power of two the far side is wider. */
function near(value: number, digits: number): readonly string[] {
  const text = rounded(value, digits);
  const unit = Number(`1e${Number(text.slice(text.indexOf("e") + 1)) - digits}`);
  return [text, (Number(text) + unit).toExponential(digits), (Number(text) - unit).toExponential(digits)];
}

/** To so many digits behind the first; half of a unit to the even side, unlike toExponential. */
function rounded(value: number, digits: number): string {
  const [mantissa = "", exponent] = value.toExponential(EXACT_DIGITS).split("e");
  const end = mantissa.indexOf(".") + digits + 1;
  const kept = mantissa.slice(0, digits === 0 ? end - 1 : end);
  const isHalf = /^\.?50*$/.test(mantissa.slice(kept.length));
  return isHalf && Number(kept.at(-1)) % 2 === 0 ? `${kept}e${exponent}` : value.toExponential(digits);
}

function singleNeighbour(value: number, step: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setFloat32(0, value);
  view.setUint32(0, view.getUint32(0) + step);
  const next = view.getFloat32(0);
  return Number.isFinite(next) ? next : 2 * value - singleNeighbour(value, -step);
}
