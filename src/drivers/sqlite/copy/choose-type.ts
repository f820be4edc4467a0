import { chooseBoolean } from "./choose-boolean.js";
import { chooseDocument } from "./choose-document.js";
import { chooseMisfit } from "./choose-misfit.js";
import { chooseMoment } from "./choose-moment.js";
import { chooseInteger, chooseNumeric, chooseReal } from "./choose-number.js";
import type { ColumnFamily } from "./column-family.js";
import { describeClasses } from "./describe-classes.js";
import { AS_VALUE, type TypeChoice, type TypeQuestion } from "./type-choice.js";
import { widestType } from "./widest-type.js";

const RULES: Readonly<Record<ColumnFamily, (question: TypeQuestion) => TypeChoice>> = {
  integer: chooseInteger,
  real: chooseReal,
  numeric: chooseNumeric,
  text: chooseText,
  bytes: chooseBytes,
  boolean: chooseBoolean,
  date: chooseMoment,
  timestamp: chooseMoment,
  timestamptz: chooseMoment,
  json: chooseDocument,
  any: chooseScanned,
};

/** What a column becomes: as it declares, unless its values ask for more. */
export function chooseType(question: TypeQuestion): TypeChoice {
  return RULES[question.family](question);
}

/** Lengths bind nobody in SQLite, so they do not come along. */
function chooseText(question: TypeQuestion): TypeChoice {
  if (question.evidence.classes.some((found) => found.class !== "text")) {
    return chooseMisfit(question, { type: { kind: "text" } }, (found) => found === "text");
  }
  return asIs(question, { type: { kind: "text" } });
}

/** Texts among them are bytes as they are: nothing is guessed from what they look like. */
function chooseBytes(question: TypeQuestion): TypeChoice {
  const isFit = (found: string): boolean => found === "blob" || found === "text";
  const { classes } = question.evidence;
  if (!classes.every((found) => isFit(found.class))) return chooseMisfit(question, { type: { kind: "bytes" } }, isFit);
  const hasText = classes.some((found) => found.class === "text");
  return {
    ...asIs(question, { type: { kind: "bytes" } }),
    warning: hasText ? "texts arrive as the bytes of their UTF-8" : null,
  };
}

/** A column that declares nothing breaks nothing. */
function chooseScanned(question: TypeQuestion): TypeChoice {
  const { evidence, choices } = question;
  const type = widestType(evidence, choices.isTight);
  const isMerged = evidence.classes.length > 1 && (type.kind === "text" || type.kind === "bytes");
  const warning = `values of several kinds arrive as ${type.kind}: 1 and '1' are the same then`;
  return { ...asIs(question, { type }), warning: isMerged ? warning : null };
}

function asIs({ evidence }: TypeQuestion, { type }: Pick<TypeChoice, "type">): TypeChoice {
  return { type, stored: AS_VALUE, evidence: describeClasses(evidence), flag: null, warning: null, obstacle: null };
}
