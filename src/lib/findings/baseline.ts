import { z } from "zod";
import { DbopsError, messageOf } from "../core/errors.js";
import type { CheckResult, Finding } from "./check-result.js";
import { isAtLeast } from "./severity-order.js";

const VERSION = 1;

const baselineSchema = z.object({
  version: z.int(),
  entries: z.array(
    z.object({
      target: z.string(),
      cacheKey: z.string(),
      severity: z.enum(["info", "warning", "critical"]),
      addedAt: z.iso.datetime(),
    }),
  ),
});

/** Findings that were there before: only what is new or worse counts. */
export type Baseline = z.infer<typeof baselineSchema>;

export const EMPTY_BASELINE: Baseline = { version: VERSION, entries: [] };

/** FINDINGS.BASELINE_INVALID for what is no baseline, UNSUPPORTED.FORMAT_VERSION for one of a newer dbops. */
export function parseBaseline(path: string, text: string): Baseline {
  const parsed = baselineSchema.safeParse(jsonOf(path, text));
  if (!parsed.success) throw broken(path, z.prettifyError(parsed.error));
  if (parsed.data.version <= VERSION) return parsed.data;
  throw new DbopsError("UNSUPPORTED.FORMAT_VERSION", {
    message: `${path} is of version ${parsed.data.version}`,
    why: `this dbops reads version ${VERSION}`,
    hint: "install a newer dbops",
  });
}

/** Marks what the baseline has and is no worse than there. Damage is never known: it must not be got used to. */
export function applyBaseline(results: readonly CheckResult[], { entries }: Baseline): readonly CheckResult[] {
  const severities = new Map(entries.map((entry) => [keyOf(entry), entry.severity]));
  const known = (finding: Finding): Finding => {
    const before = severities.get(keyOf(finding));
    const isKnown = before !== undefined && isAtLeast(before, finding.severity) && finding.class !== "damage";
    return isKnown && finding.state === "new" ? { ...finding, state: "known" } : finding;
  };
  return results.map((result) => ({ ...result, findings: result.findings.map(known) }));
}

/** A baseline of what is found now; what was known already keeps its date, and targets that were not looked at keep their entries. */
export function nextBaseline(before: Baseline, results: readonly CheckResult[], now: Date): Baseline {
  const looked = new Set(results.map(({ target }) => target));
  const dates = new Map(before.entries.map((entry) => [keyOf(entry), entry.addedAt]));
  const found = results
    .flatMap(({ findings }) => findings)
    .filter((finding) => finding.class !== "damage" && finding.state !== "muted")
    .map((finding) => ({
      target: finding.target,
      cacheKey: finding.cacheKey,
      severity: finding.severity,
      addedAt: dates.get(keyOf(finding)) ?? now.toISOString(),
    }));
  const others = before.entries.filter(({ target }) => !looked.has(target));
  const entries = [...others, ...found].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  return { version: VERSION, entries };
}

function keyOf({ target, cacheKey }: { readonly target: string; readonly cacheKey: string }): string {
  return `${target}\0${cacheKey}`;
}

function jsonOf(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw broken(path, messageOf(error));
  }
}

function broken(path: string, why: string): DbopsError {
  return new DbopsError("FINDINGS.BASELINE_INVALID", {
    message: `${path} is no baseline`,
    why,
    hint: "restore it from version control, or delete it and add --update-baseline",
  });
}
