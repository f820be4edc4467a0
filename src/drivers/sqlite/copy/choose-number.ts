import type { CopyType } from "../../copy-type-model.js";
import { chooseMisfit } from "./choose-misfit.js";
import type { StorageClass } from "./column-evidence.js";
import { declaredDigits } from "./declared-digits.js";
import { describeClasses } from "./describe-classes.js";
import { narrowestInteger } from "./narrowest-integer.js";
import { AS_VALUE, type TypeChoice, type TypeQuestion } from "./type-choice.js";

/** Of columns that declare integers. */
export function chooseInteger(question: TypeQuestion): TypeChoice {
  const { evidence, choices } = question;
  const type = narrowestInteger(choices.isTight ? evidence.numbers : null);
  if (evidence.classes.some((found) => found.class !== "integer")) {
    return chooseMisfit(question, { type }, (found) => found === "integer");
  }
  return chosen(question, type, choices.isTight ? null : "--tight");
}

/** Of columns that declare binary floating point. */
export function chooseReal(question: TypeQuestion): TypeChoice {
  const { classes, numbers } = question.evidence;
  const areExact = (numbers?.wideIntegers ?? 0) === 0;
  const isFit = (found: StorageClass): boolean => found === "real" || (found === "integer" && areExact);
  if (!classes.every((found) => isFit(found.class))) return chooseMisfit(question, { type: { kind: "double" } }, isFit);
  return chosen(question, { kind: "double" }, null);
}

/** Of columns that declare decimals, which SQLite keeps as integers and doubles. */
export function chooseNumeric(question: TypeQuestion): TypeChoice {
  const { evidence, choices, declared } = question;
  const isFit = (found: StorageClass): boolean => found === "integer" || found === "real";
  const exact: CopyType = { kind: "numeric", precision: null, scale: null };
  if (!evidence.classes.every((found) => isFit(found.class))) return chooseMisfit(question, { type: exact }, isFit);
  const { numbers } = evidence;
  if (numbers !== null && numbers.infinities > 0) {
    const choice = chosen(question, { kind: numbers.wideIntegers > 0 ? "text" : "double" }, null);
    return { ...choice, evidence: `${choice.evidence}, ${numbers.infinities} of them infinite, which no decimal is` };
  }
  const digits = declaredDigits(declared);
  const filled = evidence.classes.reduce((sum, { count }) => sum + count, 0);
  const isWithin = digits !== null && (filled === 0 || numbers?.withinDigits === filled);
  return chosen(
    question,
    choices.isTight && isWithin ? { kind: "numeric", ...digits } : exact,
    digits === null || choices.isTight ? null : "--tight",
  );
}

function chosen({ evidence }: TypeQuestion, type: CopyType, flag: string | null): TypeChoice {
  return { type, stored: AS_VALUE, evidence: describeClasses(evidence), flag, warning: null, obstacle: null };
}
