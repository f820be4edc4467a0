import type { ValueLimit } from "../../drivers/copy-limit-model.js";
import type { SourceColumn } from "../../drivers/copy-source-model.js";
import type { CopyType } from "../../drivers/copy-type-model.js";

/** What a column that is there may refuse of the values that one of the source may hold, its type apart. */
export function columnLimits(source: SourceColumn, there: SourceColumn): readonly ValueLimit[] {
  return [
    ...(source.isNullable && !there.isNullable ? [{ kind: "filled" } as const] : []),
    ...lengthLimits(source, there),
    ...typeLimits(source.type, there.type),
  ];
}

function lengthLimits(source: SourceColumn, { mostCharacters }: SourceColumn): readonly ValueLimit[] {
  if (mostCharacters === undefined || source.type.kind !== "text") return [];
  const isShorter = source.mostCharacters !== undefined && source.mostCharacters <= mostCharacters;
  return isShorter ? [] : [{ kind: "characters", most: mostCharacters }];
}

function typeLimits(type: CopyType, there: CopyType): readonly ValueLimit[] {
  switch (there.kind) {
    case "integer":
      return type.kind === "integer" && there.bits !== 64 && type.bits > there.bits
        ? [{ kind: "range", bits: there.bits }]
        : [];
    case "numeric":
      return digitLimits(type, there);
    case "enum": {
      const isKnown = type.kind === "enum" && type.values.every((value) => there.values.includes(value));
      const isWord = type.kind === "enum" || type.kind === "text";
      return isWord && !isKnown ? [{ kind: "words", values: there.values }] : [];
    }
    default:
      return [];
  }
}

function digitLimits(
  type: CopyType,
  { precision, scale }: Extract<CopyType, { kind: "numeric" }>,
): readonly ValueLimit[] {
  if (precision === null || (type.kind !== "numeric" && type.kind !== "integer")) return [];
  const behind = scale ?? 0;
  const isWithin =
    type.kind === "numeric" &&
    type.precision !== null &&
    (type.scale ?? 0) <= behind &&
    type.precision - (type.scale ?? 0) <= precision - behind;
  return isWithin ? [] : [{ kind: "digits", precision, scale: behind }];
}
