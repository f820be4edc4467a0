import type { IndexPart, SourceExpression, SourceIndex } from "../../copy-source-model.js";
import type { ColumnFacts } from "./column-facts.js";
import type { IndexFacts, IndexPartFacts } from "./index-facts.js";

export interface IndexSurroundings {
  /** Of its table. */
  readonly columns: readonly ColumnFacts[];
  readonly express: (sql: string) => SourceExpression;
}

/** An index as a copy is told of it. */
export function sourceIndex(facts: IndexFacts, around: IndexSurroundings): SourceIndex {
  const { express } = around;
  return {
    name: facts.name,
    isUnique: facts.isUnique,
    parts: facts.parts.map((part) => partOf(part, around)),
    where: facts.where === null ? null : express(facts.where),
    definition: facts.definition,
    obstacle: obstacleOf(facts),
  };
}

function partOf({ column, sql, isDescending }: IndexPartFacts, { columns, express }: IndexSurroundings): IndexPart {
  if (column === null) return { term: { kind: "expression", ...express(sql) }, isDescending, ignoresCase: false };
  const ignoresCase = columns.some((one) => one.name === column && one.ignoresCase);
  return { term: { kind: "column", name: column }, isDescending, ignoresCase };
}

function obstacleOf({ method, isValid, areNullsEqual, parts }: IndexFacts): string | null {
  if (method !== "btree") return `its method is ${method}`;
  if (!isValid) return "it is invalid: its making was broken off";
  if (areNullsEqual) return "one NULL counts as another in it";
  const own = parts.find(({ operatorClass }) => operatorClass !== null)?.operatorClass;
  return own === undefined ? null : `its operator class is ${own}`;
}
