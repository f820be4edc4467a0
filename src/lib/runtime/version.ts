import { readFileSync } from "node:fs";

/** The version in package.json. */
export function dbopsVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"));
  const hasVersion = typeof parsed === "object" && parsed !== null && "version" in parsed;
  return hasVersion && typeof parsed.version === "string" ? parsed.version : "unknown";
}
