import { createHash } from "node:crypto";
import { cacheKey } from "./cache-key.js";
import type { Finding } from "./check-result.js";

/** A finding with what follows from its target, check and object. */
export function completeFinding(found: Omit<Finding, "id" | "cacheKey" | "docs" | "state" | "mutedUntil">): Finding {
  const key = cacheKey(found.check, found.object);
  const id = createHash("sha256").update(`${found.target}\0${key}`).digest("hex").slice(0, 12);
  const docs = `docs/checks.md#${found.check.replaceAll(".", "")}`;
  return { ...found, id, cacheKey: key, docs, state: "new", mutedUntil: null };
}
