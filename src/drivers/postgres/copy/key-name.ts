import type { TargetTable } from "../../copy-target-model.js";
import { cutToBytes, NAME_BYTES } from "../kept-name.js";

/** A constraint that makes an index, as it is named; null = the server finds a name. */
export interface NamedKey {
  readonly name: string | null;
  readonly columns: readonly string[];
}

/** What a key is called: the name that the server would find may be that of an index which is made later. */
export function keyName(
  { name: table, indexes, uniques }: TargetTable,
  { name, columns }: NamedKey,
  ending: string,
): string | null {
  if (name !== null) return name;
  const taken = new Set([...indexes, ...uniques].map((one) => one.name));
  const found = `${[table.name, ...columns].join("_")}_${ending}`;
  if (!taken.has(found)) return null;
  const stem = cutToBytes(found, NAME_BYTES - String(taken.size).length);
  const numbers = Array.from({ length: taken.size + 1 }, (_, at) => at + 1);
  return numbers.map((number) => `${stem}${number}`).find((one) => !taken.has(one)) ?? null;
}
