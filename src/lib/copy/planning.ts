import type { SourceExpression, UncarriedKind } from "../../drivers/copy-source-model.js";
import type { ExpressionScope, ScopeColumn } from "../../drivers/copy-target-model.js";
import type { ChosenNames } from "./choose-names.js";
import type { ObjectNames } from "./object-names.js";
import { PlanRemarks } from "./plan-remarks.js";
import type { PlanRequest } from "./plan-request.js";
import type { Recalled } from "./recall-origin.js";

export interface ExpressionUse {
  readonly scope: ExpressionScope;
  /** The column that it makes a value for; null for a condition. */
  readonly wanted: ScopeColumn | null;
  /** What is not carried when it cannot be said, and its name. */
  readonly kind: UncarriedKind;
  readonly name: string;
}

/** What all parts of a plan share. */
export class Planning {
  readonly remarks: PlanRemarks;
  readonly request: PlanRequest;
  readonly names: ChosenNames;
  readonly objects: ObjectNames;
  readonly recalled: Recalled;

  /** The table is made by words of its own. */
  readonly isOfOwnWords: boolean;

  constructor(parts: Pick<Planning, "request" | "names" | "objects" | "recalled">, own: PlanRemarks | null = null) {
    this.remarks = own ?? new PlanRemarks();
    this.isOfOwnWords = own !== null;
    this.request = parts.request;
    this.names = parts.names;
    this.objects = parts.objects;
    this.recalled = parts.recalled;
  }

  /** For a table that is made by words of its own: nothing of it is left behind, but rows may be in the way. */
  ofOwnWords(): Planning {
    return new Planning(this, new PlanRemarks(this.remarks.obstacles));
  }

  /** In the target's words; null, and a remark, where it cannot be said there. */
  expressed({ sql, parsed }: SourceExpression, { scope, wanted, kind, name }: ExpressionUse): string | null {
    const said = parsed.isParsed
      ? this.request.target.express(parsed.value, scope, wanted)
      : ({ isExpressed: false, reason: parsed.reason } as const);
    if (said.isExpressed) return said.sql;
    this.remarks.notCarried.push({ kind, name, reason: said.reason, sql });
    return null;
  }
}
