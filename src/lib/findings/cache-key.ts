import type { FoundObject } from "./check-result.js";

/** `check|kind|schema.name[.part]` with everything else percent-encoded: the trouble itself, whatever its numbers are now. */
export function cacheKey(check: string, { kind, schema, name, part }: FoundObject): string {
  const path = [schema, name, part].filter((word) => word !== null).map(encoded);
  return [check.split(".").map(encoded).join("."), encoded(kind), path.join(".")].join("|");
}

/** encodeURIComponent leaves ! ' ( ) * ~ and the dot, which separates here. */
function encoded(word: string): string {
  return encodeURIComponent(word).replace(/[!'()*~.]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}
