import { type TablePlan, tableWord } from "./import-plan.js";

/** Columns of an export, of an earlier dbops or made with --lossy, whose numbers its format does not tell from text, where no type tells it either; in sentences. */
export function untoldTypes({ source, table, columns }: TablePlan): readonly string[] {
  const { origin } = source;
  if (origin === null || source.isTyped) return [];
  return columns
    .filter(({ field }) => origin.types.get(field) === null)
    .filter(({ field }) => origin.numbers === null || origin.mixed.has(field))
    .map(
      ({ column }) =>
        `${tableWord(table)}.${column} has no type, and ${source.place} does not tell numbers from text: what it holds becomes text; an export as ndjson tells them apart`,
    );
}
