import { chooseMisfit } from "./choose-misfit.js";
import { describeClasses } from "./describe-classes.js";
import { AS_VALUE, type TypeChoice, type TypeQuestion } from "./type-choice.js";

/** Of columns that declare JSON. */
export function chooseDocument(question: TypeQuestion): TypeChoice {
  const { evidence, choices } = question;
  const { classes, documents } = evidence;
  const blobs = classes.find((found) => found.class === "blob")?.count ?? 0;
  const others = classes.reduce((sum, { count }) => sum + count, 0) - blobs;
  if (blobs > 0 && (others > 0 || documents?.binary !== blobs || choices.json === "text")) {
    return chooseMisfit(question, { type: { kind: "json" } }, (found) => found !== "blob");
  }
  const base = { evidence: describeClasses(evidence), flag: "--json-as text", warning: null, obstacle: null };
  const stored = blobs > 0 ? ({ as: "binaryJson" } as const) : AS_VALUE;
  if (choices.json === "text") return { ...base, type: { kind: "text" }, stored, flag: "--json-as auto" };
  if (documents !== null && documents.valid + documents.binary < blobs + others) return invalid(question);
  const wanted = choices.json === "auto" ? "jsonb" : choices.json;
  const unlike = documents?.firstUnlike ?? null;
  if (wanted === "json" || unlike === null) return { ...base, type: { kind: wanted }, stored };
  const where = unlike.rowid === null ? "" : ` at rowid ${unlike.rowid}`;
  const why = `jsonb would change ${documents?.unlikeJsonb} of the documents: ${unlike.why}${where}`;
  if (choices.json === "jsonb") {
    return { ...base, type: { kind: "jsonb" }, stored, obstacle: { what: why, flag: "--json-as json" } };
  }
  return { ...base, type: { kind: "json" }, stored, warning: `json, for ${why}` };
}

function invalid({ evidence, choices }: TypeQuestion): TypeChoice {
  const { documents } = evidence;
  const total = evidence.classes.reduce((sum, { count }) => sum + count, 0);
  const count = total - (documents?.valid ?? 0);
  const at = documents?.firstInvalidRowid ?? null;
  const where = at === null ? "" : `, the first at rowid ${at}`;
  const what = `${count} of ${total} values are no JSON${where}`;
  const base = { stored: AS_VALUE, evidence: `${describeClasses(evidence)}, ${what}`, flag: null };
  if (choices.json === "auto")
    return { ...base, type: { kind: "text" }, warning: `stays text: ${what}`, obstacle: null };
  return {
    ...base,
    type: { kind: choices.json === "json" ? "json" : "jsonb" },
    warning: null,
    obstacle: { what, flag: "--json-as text" },
  };
}
