import type { SqlExpression } from "./sql-expression.js";

/** A number as it is written in SQL; hexadecimal ones are 64 bits with a sign. */
export function numberLiteral(text: string): SqlExpression {
  if (/^0x/i.test(text)) {
    return { kind: "literal", value: { kind: "integer", text: BigInt.asIntN(64, BigInt(text)).toString() } };
  }
  return { kind: "literal", value: { kind: /^-?\d+$/.test(text) ? "integer" : "decimal", text } };
}

/** The same with the sign turned, where it is a number. */
export function negated(operand: SqlExpression): SqlExpression {
  if (operand.kind !== "literal") return { kind: "negative", operand };
  const { value } = operand;
  if (value.kind !== "integer" && value.kind !== "decimal") return { kind: "negative", operand };
  const text = value.text.startsWith("-") ? value.text.slice(1) : `-${value.text}`;
  return { kind: "literal", value: { kind: value.kind, text } };
}
