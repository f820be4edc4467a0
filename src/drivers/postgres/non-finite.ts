import { canBeNonFinite } from "./copy-statement.js";
import type { RowShape } from "./row-shape.js";
import type { Session, SqlRow } from "./session.js";
import { selectRows, type ViewSource } from "./view-source.js";

const WORDS = ["NaN", "Infinity"];

export interface NonFiniteNotice {
  readonly shape: RowShape;
  /** The columns that hold one, once all rows have been read. */
  readonly columns: () => Promise<readonly string[]>;
}

/** Looks for the words NaN and Infinity in what passes; only when one was seen, the rows are read again to name its columns. */
export function noticeNonFinite(shape: RowShape, session: Session, source: ViewSource): NonFiniteNotice {
  const columns = source.columns.filter(canBeNonFinite);
  if (columns.length === 0) return { shape, columns: async () => [] };
  let isSeen = false;
  return {
    shape: (block, spans) => {
      const rows = shape(block, spans);
      isSeen ||= WORDS.some((word) => rows.includes(word, 0, "latin1"));
      return rows;
    },
    columns: async () => {
      if (!isSeen) return [];
      // Nothing else in the text of numbers, or of an array of them, has these letters.
      const tests = columns.map(({ sql }, index) => `${sql}::text ~ '${WORDS.join("|")}' AS f${index}`);
      const found = columns.map((_, index) => `coalesce(bool_or(f${index}), false) AS f${index}`);
      const rows = `(${selectRows(source, tests.join(", "))}\n) AS dbops_facts`;
      const row = await session.one<SqlRow>(`SELECT ${found.join(", ")} FROM ${rows}`);
      return columns.filter((_, index) => row[`f${index}`] === true).map(({ name }) => name);
    },
  };
}
