/** Digits that a double may round, and exponents that it may not reach: also within strings, which then cost some time. */
const INEXACT = /\d[\d.]{15}|[eE][+-]?\d{3}/;

/** Whether two `jsonb` texts say the same; null when only their exact numbers can tell. */
export function isSameDocument(one: string, other: string): boolean | null {
  if (INEXACT.test(one) || INEXACT.test(other)) return null;
  try {
    return isSame(JSON.parse(one), JSON.parse(other));
  } catch {
    return null;
  }
}

function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, at) => isSame(item, other[at]));
  }
  if (!isObject(one) || !isObject(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
