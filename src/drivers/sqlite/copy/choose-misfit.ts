import type { CopyType, StoredForm } from "../../copy-type-model.js";
import type { StorageClass } from "./column-evidence.js";
import { describeClasses, describeMisfits } from "./describe-classes.js";
import { AS_VALUE, type TypeChoice, type TypeQuestion } from "./type-choice.js";
import { widestType } from "./widest-type.js";

/** The choice for a column with values of a class that its type does not take: as the user wants it, or an obstacle. */
export function chooseMisfit(
  { evidence, choices }: TypeQuestion,
  home: { readonly type: CopyType; readonly stored?: StoredForm },
  isFit: (found: StorageClass) => boolean,
): TypeChoice {
  const misfits = describeMisfits(evidence.classes, isFit);
  const base = { evidence: describeClasses(evidence), flag: "--on-mismatch widen", warning: null, obstacle: null };
  const asDeclared = { ...base, type: home.type, stored: home.stored ?? AS_VALUE };
  switch (choices.onMismatch) {
    case "fail":
      return { ...asDeclared, obstacle: { what: misfits, flag: "--on-mismatch widen" } };
    case "widen": {
      const type = widestType(evidence, choices.isTight);
      return { ...base, type, stored: AS_VALUE, flag: "--on-mismatch fail", warning: widened(type) };
    }
    case "reject":
      return { ...asDeclared, warning: `rows are left out: ${misfits}`, leftOut: misfits };
    case "null":
      return { ...asDeclared, warning: `becomes NULL: ${misfits}`, leftOut: misfits };
  }
}

function widened(type: CopyType): string {
  if (type.kind === "text") return "all values arrive as text: numbers as their digits, compared letter by letter";
  if (type.kind === "bytes") return "all values arrive as bytes: texts as their UTF-8, numbers as their digits";
  return "the column takes more than it declares";
}
