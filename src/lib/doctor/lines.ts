import type { Diagnosis } from "../../drivers/driver.js";
import type { DbopsError } from "../core/errors.js";

/** What is as it should be. */
export function okLine(subject: string, detail: string): Diagnosis {
  return { subject, status: "ok", detail, fix: null };
}

/** What works today and will not always. */
export function warningLine(subject: string, detail: string, fix: string): Diagnosis {
  return { subject, status: "warning", detail, fix };
}

/** What makes a command fail. */
export function errorLine(subject: string, detail: string, fix: string | null): Diagnosis {
  return { subject, status: "error", detail, fix };
}

/** An error that a check ran into, with its reason and advice. */
export function failureLine(subject: string, error: DbopsError): Diagnosis {
  const detail = error.why === null ? error.message : `${error.message}: ${error.why}`;
  return errorLine(subject, `${detail} (${error.code})`, error.hint);
}
