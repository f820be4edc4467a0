import type { PlanRequest } from "./plan-request.js";

/** Whether values or rows that the source has are left out, as the choices are. */
export function leavesOut({ catalog, choices }: Pick<PlanRequest, "catalog" | "choices">): boolean {
  return catalog.tables.some(
    ({ columns, foreignKeys }) =>
      columns.some((column) => column.leftOut !== undefined) ||
      (choices.orphans === "reject" && foreignKeys.some(({ orphans }) => orphans > 0)),
  );
}
