import type { NotCarried, UncarriedKind } from "../../copy-source-model.js";
import type { CatalogRelation } from "./catalog-relations.js";
import type { ConstraintFacts } from "./constraint-facts.js";

/** Of a table's constraints those that other engines have no like of. */
export function uncarriedConstraints(
  { name: table, schema }: CatalogRelation,
  constraints: readonly ConstraintFacts[],
): readonly NotCarried[] {
  return constraints.flatMap((constraint) => {
    const why = whyNot(constraint);
    if (why === null) return [];
    return [{ ...why, name: `${table}.${constraint.name}`, sql: constraint.definition, schema }];
  });
}

function whyNot(constraint: ConstraintFacts): { readonly kind: UncarriedKind; readonly reason: string } | null {
  if (constraint.kind === "exclusion") return { kind: "exclusions", reason: "this server alone has EXCLUDE" };
  if (constraint.kind === "unique" && constraint.areNullsEqual) {
    return { kind: "indexes", reason: "one NULL counts as another in it" };
  }
  if (constraint.kind === "check" && !constraint.isValidated) {
    return { kind: "checks", reason: "it is NOT VALID: rows that are there may not meet it" };
  }
  if (constraint.kind !== "foreign") return null;
  if (constraint.isFull) return { kind: "foreign-keys", reason: "it is MATCH FULL over several columns" };
  if (constraint.isPartlySet) return { kind: "foreign-keys", reason: "its action sets only some of its columns" };
  return null;
}
