import type { RecordTable } from "../transfer/record-model.js";
import type { NewColumnType, NewColumnTypes } from "./import-plan.js";
import { inferTypes } from "./infer-types.js";

const TYPE_NAME = /^[A-Za-z_][\w ]*(?:\.[A-Za-z_]\w*)?(?:\(\s*\d+\s*(?:,\s*\d+\s*)?\))?[\w ]*(?:\[\])*$/;

/** Whether a text is a type and nothing else: it becomes a part of a CREATE TABLE as it stands. */
export function isTypeName(text: string): boolean {
  return TYPE_NAME.test(text);
}

/** The types of a table that is made: those of a manifest of the same engine, else what the records show. IMPORT.*. */
export async function newColumnTypes(source: RecordTable, engine: string): Promise<NewColumnTypes> {
  const inferred = await inferTypes(source);
  const native = source.origin?.engine === engine ? source.origin.types : null;
  return new Map(
    inferred.map(({ name, type, evidence }): [string, NewColumnType] => {
      const sql = isWithoutType(source, name, engine) ? "" : (native?.get(name) ?? null);
      const isNamed = sql === "" || (sql !== null && isTypeName(sql));
      return [
        name,
        isNamed ? { type: { kind: "native", sql }, evidence: null } : { type: { kind: "portable", type }, evidence },
      ];
    }),
  );
}

/** A column that its own engine keeps without a type, and whose values can be told apart: any type would change some. */
function isWithoutType({ origin, isTyped }: RecordTable, name: string, engine: string): boolean {
  if (origin === null || origin.engine !== engine || origin.types.get(name) !== null) return false;
  return isTyped || (origin.numbers !== null && !origin.mixed.has(name));
}
