import type { Obstacle, SourceTable } from "../../copy-source-model.js";
import type { ColumnEvidence } from "./column-evidence.js";
import type { ReaderPool } from "./reader-pool.js";

/** Unique keys that would not be unique any more, because values of several kinds become one: 1 and '1'. */
export async function mergedKeys(
  pool: ReaderPool,
  table: SourceTable,
  evidence: readonly ColumnEvidence[],
): Promise<readonly Obstacle[]> {
  const merged = new Set(
    table.columns
      .filter(({ type }, at) => MERGING.has(type.kind) && (evidence[at]?.classes.length ?? 0) > 1)
      .map(({ name }) => name),
  );
  const keys = uniqueKeys(table).filter(({ columns }) => columns.some((name) => merged.has(name)));
  const obstacles = keys.map(async ({ columns, where }): Promise<readonly Obstacle[]> => {
    const parts = columns.map((name) => ({ name, isMerged: merged.has(name) }));
    const question = { ask: "mergedKey", table: table.name.name, parts, where } as const;
    const answer = await pool.use((reader) => reader.survey(question));
    if (answer.to !== "mergedKey" || !answer.isMerged) return [];
    const what = `values that differ only in kind, such as 1 and '1', in a unique key (${columns.join(", ")})`;
    const column = columns.length === 1 ? (columns[0] ?? null) : null;
    return [{ code: "COPY.UNFIT", table: table.name, column, what, flag: null }];
  });
  return (await Promise.all(obstacles)).flat();
}

const MERGING: ReadonlySet<string> = new Set(["text", "bytes"]);

interface UniqueKey {
  readonly columns: readonly string[];
  /** SQLite's own words; null = all rows. */
  readonly where: string | null;
}

function uniqueKeys({ primaryKey, uniques, indexes }: SourceTable): readonly UniqueKey[] {
  const keys = [...(primaryKey === null ? [] : [primaryKey]), ...uniques].map(({ columns }) => ({
    columns,
    where: null,
  }));
  const made = indexes.flatMap(({ isUnique, parts, where }): readonly UniqueKey[] => {
    const columns = parts.flatMap(({ term }) => (term.kind === "column" ? [term.name] : []));
    return isUnique && columns.length === parts.length ? [{ columns, where: where?.sql ?? null }] : [];
  });
  return [...keys, ...made];
}
