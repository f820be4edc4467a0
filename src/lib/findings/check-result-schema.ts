import { z } from "zod";
import type { CheckResult } from "./check-result.js";

const certaintySchema = z.enum(["measured", "estimated", "atLeast", "unknown"]);
const objectSchema = z.object({
  kind: z.string(),
  schema: z.string().nullable(),
  name: z.string(),
  part: z.string().nullable(),
});

const measureSchema = z.object({
  name: z.string(),
  value: z.number().nullable(),
  unit: z.enum(["s", "By", "ratio", "count", "total"]),
  warn: z.number().nullable(),
  crit: z.number().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
  certainty: certaintySchema,
  object: objectSchema.nullable(),
});

const findingSchema = z.object({
  id: z.string(),
  check: z.string(),
  target: z.string(),
  /** `check|kind|schema.name[.part]`, percent-encoded. */
  cacheKey: z.string(),
  severity: z.enum(["info", "warning", "critical"]),
  class: z.enum(["availability", "capacity", "upkeep", "backup", "security", "damage"]),
  object: objectSchema,
  title: z.string(),
  evidence: z.string(),
  why: z.string(),
  certainty: certaintySchema,
  count: z.int(),
  examples: z.array(z.string()).max(10).readonly(),
  measure: z.string().nullable(),
  fixes: z
    .array(
      z.object({
        kind: z.enum(["sql", "command"]),
        text: z.string(),
        lockLevel: z.string().nullable(),
        risk: z.string().nullable(),
      }),
    )
    .readonly(),
  docs: z.string(),
  state: z.enum(["new", "known", "muted"]),
  mutedUntil: z.iso.datetime().nullable(),
});

/** What one check said of one target. */
export const checkResultSchema = z.object({
  check: z.string(),
  target: z.string(),
  engine: z.string(),
  status: z.enum(["ok", "finding", "skipped", "notApplicable"]),
  reason: z.string().nullable(),
  enable: z.string().nullable(),
  observedAt: z.iso.datetime(),
  costMs: z.number(),
  measures: z.array(measureSchema).readonly(),
  findings: z.array(findingSchema).readonly(),
}) satisfies z.ZodType<CheckResult>;
