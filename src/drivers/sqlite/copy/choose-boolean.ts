import { chooseMisfit } from "./choose-misfit.js";
import { describeClasses } from "./describe-classes.js";
import { narrowestInteger } from "./narrowest-integer.js";
import { AS_VALUE, type TypeChoice, type TypeQuestion } from "./type-choice.js";
import { widestType } from "./widest-type.js";

const COMPARED = "conditions such as `WHERE flag = 1` must become `WHERE flag`";

/** Of columns that declare booleans, which SQLite keeps as whatever was put in. */
export function chooseBoolean(question: TypeQuestion): TypeChoice {
  const { evidence, choices } = question;
  const { classes, numbers, words } = evidence;
  const base = { stored: AS_VALUE, evidence: describeClasses(evidence), flag: null, warning: null, obstacle: null };
  if (classes.some((found) => found.class === "blob")) {
    return chooseMisfit(question, { type: { kind: "boolean" } }, (found) => found !== "blob");
  }
  const [only, ...others] = classes;
  if (only === undefined) return choices.bool === "auto" ? boolean(base) : { ...base, type: narrowestInteger(ZERO) };
  if (others.length === 0 && only.class === "integer") {
    const isFlag = numbers !== null && numbers.least !== null && numbers.least >= 0n && (numbers.greatest ?? 2n) <= 1n;
    if (isFlag && choices.bool === "auto") return boolean({ ...base, evidence: `${base.evidence}, all 0 or 1` });
    const range = isFlag ? "" : `, from ${numbers?.least} to ${numbers?.greatest}`;
    return { ...base, type: narrowestInteger(numbers), evidence: `${base.evidence}${range}` };
  }
  if (others.length === 0 && words?.count === only.count && choices.bool === "auto") {
    return { ...boolean({ ...base, evidence: `${base.evidence}, all true or false` }), stored: { as: "words" } };
  }
  const type = widestType(evidence, choices.isTight);
  return { ...base, type, warning: `the column is no boolean: ${base.evidence}` };
}

const ZERO = { least: 0n, greatest: 0n };

function boolean(base: Omit<TypeChoice, "type">): TypeChoice {
  return { ...base, type: { kind: "boolean" }, flag: "--bool smallint", warning: COMPARED };
}
