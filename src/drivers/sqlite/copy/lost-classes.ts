import type { CopyType } from "../../copy-type-model.js";
import { type Affinity, affinityOf } from "../affinity.js";
import type { ColumnEvidence, StorageClass } from "./column-evidence.js";
import { describeClasses } from "./describe-classes.js";

interface Kept {
  readonly declared: string;
  readonly isStrict: boolean;
  readonly type: CopyType;
  readonly evidence: ColumnEvidence;
}

/** The classes of a column's values that its type makes one, and its own affinity no more several; null where all come back. */
export function lostClasses({ declared, isStrict, type, evidence }: Kept): string | null {
  const affinity = affinityOf(declared, isStrict);
  return isLost(type, affinity, evidence) ? describeClasses(evidence) : null;
}

function isLost({ kind }: CopyType, affinity: Affinity, { classes, numbers }: ColumnEvidence): boolean {
  const has = (word: StorageClass): boolean => classes.some((found) => found.class === word);
  switch (kind) {
    case "bytes":
      return has("text") || has("integer") || has("real");
    case "text":
      // Numbers are numbers again by the column's affinity, but for those that no text is.
      return affinity === "none" ? has("integer") || has("real") : (numbers?.infinities ?? 0) > 0;
    case "double":
      return affinity === "none" && has("integer");
    case "numeric":
      return affinity === "none" && has("integer") && has("real");
    default:
      return false;
  }
}
