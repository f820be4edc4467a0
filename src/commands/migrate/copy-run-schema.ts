import { type CopyReport, copyReportSchema } from "../../lib/copy/copy-report.js";

/** `data` of `migrate copy run`, and of its plan. */
export const copyRunSchema = copyReportSchema;

export type CopyRunData = CopyReport;
