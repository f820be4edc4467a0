const REFERENCE = /\$(\$?)\{([^}]*)\}/g;

/** True when a value holds `${NAME}` somewhere. */
export function hasReferences(value: unknown): boolean {
  if (typeof value === "string") return [...value.matchAll(REFERENCE)].some(([, dollar]) => dollar === "");
  if (Array.isArray(value)) return value.some(hasReferences);
  return typeof value === "object" && value !== null && Object.values(value).some(hasReferences);
}

/** Replaces `${NAME}` in every string of `value`; `$${` is a literal `${`. `lookup` answers null for what is not set. */
export function interpolate(value: unknown, lookup: (name: string) => string | null): unknown {
  if (typeof value === "string") {
    return value.replace(REFERENCE, (whole, dollar: string, name: string) =>
      dollar === "" ? (lookup(name) ?? whole) : whole.slice(1),
    );
  }
  if (Array.isArray(value)) return value.map((item: unknown) => interpolate(item, lookup));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, interpolate(inner, lookup)]));
}
