import type { SourceForeignKey, SourceTable } from "../../copy-source-model.js";
import { type Affinity, affinityOf } from "../affinity.js";
import type { ReaderPool } from "./reader-pool.js";
import type { SurveyedTable } from "./survey-table.js";

interface Side {
  readonly table: SourceTable;
  readonly surveyed: SurveyedTable;
}

/** The tables, with how many of their references are another text than the key that SQLite takes them for: 'a' and 'A', 2 and '02'. */
export async function withRespelled(pool: ReaderPool, sides: readonly Side[]): Promise<readonly SourceTable[]> {
  const count = async (child: Side, key: SourceForeignKey): Promise<SourceForeignKey> => {
    const parent = sides.find(({ table }) => table.name.name === key.references.table.name);
    if (parent === undefined || !isLoose(key, child.surveyed, parent.surveyed)) return key;
    const pairs = key.columns.map((from, at) => ({ from, to: key.references.columns[at] ?? from }));
    const question = { table: child.table.name.name, parent: parent.table.name.name, pairs };
    const answer = await pool.use((reader) => reader.survey({ ask: "respelled", ...question }));
    return answer.to === "respelled" && answer.rows > 0 ? { ...key, respelled: answer.rows } : key;
  };
  return await Promise.all(
    sides.map(async (side) => {
      const foreignKeys = await Promise.all(side.table.foreignKeys.map((key) => count(side, key)));
      return { ...side.table, foreignKeys };
    }),
  );
}

/** Whether another text may be taken for the key: by the key's collation, or because one side converts what the other holds. */
function isLoose({ columns, references }: SourceForeignKey, child: SurveyedTable, parent: SurveyedTable): boolean {
  return columns.some((from, at) => {
    const to = references.columns[at] ?? from;
    const isCollated = (parent.text.collations.get(to.toLowerCase()) ?? "BINARY").toUpperCase() !== "BINARY";
    return isCollated || affinityIn(child, from) !== affinityIn(parent, to);
  });
}

function affinityIn({ structure }: SurveyedTable, wanted: string): Affinity {
  return affinityOf(structure.columns.find(({ name }) => name === wanted)?.declared ?? "", structure.isStrict);
}
