import { createRequire } from "node:module";

/** The version in package.json. */
export function dbopsVersion(): string {
  const parsed: unknown = createRequire(import.meta.url)("#package");
  const hasVersion = typeof parsed === "object" && parsed !== null && "version" in parsed;
  return hasVersion && typeof parsed.version === "string" ? parsed.version : "unknown";
}
