import type { IndexPart, SourceExpression, SourceIndex } from "../../copy-source-model.js";
import type { IndexFacts, IndexPartFacts } from "./index-facts.js";

/** An index as a copy is told of it. */
export function sourceIndex(facts: IndexFacts, express: (sql: string) => SourceExpression): SourceIndex {
  return {
    name: facts.name,
    isUnique: facts.isUnique,
    parts: facts.parts.map((part) => partOf(part, express)),
    where: facts.where === null ? null : express(facts.where),
    definition: facts.definition,
    obstacle: obstacleOf(facts),
  };
}

function partOf({ column, sql, isDescending }: IndexPartFacts, express: (sql: string) => SourceExpression): IndexPart {
  const term =
    column === null ? ({ kind: "expression", ...express(sql) } as const) : ({ kind: "column", name: column } as const);
  return { term, isDescending, ignoresCase: false };
}

function obstacleOf({ method, isValid, areNullsEqual, parts }: IndexFacts): string | null {
  if (method !== "btree") return `its method is ${method}`;
  if (!isValid) return "it is invalid: its making was broken off";
  if (areNullsEqual) return "one NULL counts as another in it";
  const own = parts.find(({ operatorClass }) => operatorClass !== null)?.operatorClass;
  return own === undefined ? null : `its operator class is ${own}`;
}
