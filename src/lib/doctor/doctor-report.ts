import { z } from "zod";
import type { Diagnosis } from "../../drivers/driver.js";

const checkSchema = z.object({
  /** null when it is about this machine, or about a place that several targets share. */
  target: z.string().nullable(),
  subject: z.string(),
  status: z.enum(["ok", "warning", "error"]),
  detail: z.string(),
  fix: z.string().nullable(),
});

/** `data` of `doctor`. */
export const doctorReportSchema = z.object({
  checks: z.array(checkSchema),
  ok: z.int().nonnegative(),
  warnings: z.int().nonnegative(),
  errors: z.int().nonnegative(),
});

export type DoctorReport = z.infer<typeof doctorReportSchema>;
export type Check = z.infer<typeof checkSchema>;

/** The same lines, said of a target or of the machine. */
export function checksOf(target: string | null, lines: readonly Diagnosis[]): readonly Check[] {
  return lines.map(({ subject, status, detail, fix }) => ({ target, subject, status, detail, fix }));
}

export function doctorReport(checks: readonly Check[]): DoctorReport {
  const count = (status: Check["status"]): number => checks.filter((check) => check.status === status).length;
  return { checks: [...checks], ok: count("ok"), warnings: count("warning"), errors: count("error") };
}
