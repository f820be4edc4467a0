import type { SourceColumn, SourceExpression, SourceIdentity } from "../../copy-source-model.js";
import type { ColumnFacts } from "./column-facts.js";
import type { SequenceFacts } from "./sequence-facts.js";

export interface ColumnSurroundings {
  /** That numbers it; null = none. */
  readonly sequence: SequenceFacts | null;
  /** NaN is among its numbers. */
  readonly holdsNaN: boolean;
  readonly express: (sql: string) => SourceExpression;
}

/** A column as a copy is told of it. */
export function sourceColumn(facts: ColumnFacts, { sequence, holdsNaN, express }: ColumnSurroundings): SourceColumn {
  const identity = identityOf(facts, sequence);
  const ownDefault = facts.expression ?? facts.domainDefault;
  const hasDefault = !facts.isGenerated && identity === null && ownDefault !== null;
  return {
    name: facts.name,
    declared: facts.declared,
    type: facts.type,
    stored: null,
    evidence: holdsNaN ? `declared ${facts.declared}, NaN among its values` : `declared ${facts.declared}`,
    flag: null,
    warning: null,
    isNullable: facts.isNullable,
    default: hasDefault ? express(ownDefault) : null,
    generated: facts.isGenerated ? express(facts.expression ?? "") : null,
    identity,
    ignoresCase: facts.ignoresCase,
    comment: facts.comment,
    ...(facts.mostCharacters === null ? {} : { mostCharacters: facts.mostCharacters }),
    ...(holdsNaN ? { holdsNaN: true } : {}),
  };
}

/** A serial column too: its default takes the next number of a sequence that is its own. */
function identityOf(facts: ColumnFacts, sequence: SequenceFacts | null): SourceIdentity | null {
  const isSerial = facts.identity === null && !facts.isGenerated && facts.expression?.startsWith("nextval(") === true;
  if (sequence === null || (facts.identity === null && !isSerial)) return null;
  return { next: sequence.next, isMonotonic: !sequence.isCycling, isAlways: facts.identity === "always" };
}
