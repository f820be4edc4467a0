import type { RecordTable, SchemaText } from "../transfer/record-model.js";
import type { ChosenTable } from "./choose-tables.js";
import { tableWord } from "./import-plan.js";
import type { ImportWish } from "./import-wish.js";

export interface SchemaRequest {
  readonly sources: readonly RecordTable[];
  readonly wish: ImportWish;
  /** The target's. */
  readonly engine: string;
  /** No record may be rejected, and nothing is committed before the end. */
  readonly isAllOrNothing: boolean;
}

export interface SchemaChoice {
  /** null = tables are made from types. */
  readonly schema: SchemaText | null;
  /** Why, where the input is an export whose tables are made; as the end of a sentence. */
  readonly whyTypes: string | null;
}

/** An export's own schema where it fits as a whole: it makes all tables that the records go into. IMPORT.CHECKSUM_MISMATCH. */
export async function chooseSchema(chosen: readonly ChosenTable[], request: SchemaRequest): Promise<SchemaChoice> {
  const [first] = request.sources;
  const origin = first?.origin ?? null;
  const isMade = chosen.some(({ existing }) => existing === null);
  if (origin === null || !isMade) return { schema: null, whyTypes: null };
  const whyTypes = obstacle(chosen, request);
  return { schema: whyTypes === null && origin.readSchema !== null ? await origin.readSchema() : null, whyTypes };
}

function obstacle(chosen: readonly ChosenTable[], { sources, wish, engine, isAllOrNothing }: SchemaRequest) {
  if (sources.some(({ origin }) => origin?.readSchema === null)) return "only the rows of a database file are taken";
  const other = sources.find(({ origin }) => origin !== null && origin.engine !== engine)?.origin;
  if (other !== undefined && other !== null) return `the export's own schema is for ${other.engine}`;
  const cut = sources.find(({ origin }) => origin === null || !origin.isWhole);
  if (cut !== undefined) return `the export holds a part of ${cut.name} only`;
  const there = chosen.find(({ existing }) => existing !== null);
  if (there !== undefined) return `the export's own schema would make ${tableWord(there.name)} too, which is there`;
  const flag = hinderingFlag(wish);
  if (flag !== null) return `the export's own schema makes all of it as it was, and ${flag} asks for something else`;
  return isAllOrNothing
    ? null
    : "the export's own schema needs all or nothing, which --max-errors and --commit-every give up";
}

function hinderingFlag({ table, tables, renames, types }: ImportWish): string | null {
  if (table !== null) return "--table";
  if (tables.length > 0) return "--tables";
  if (renames.size > 0) return "--map";
  return types.size > 0 ? "--types" : null;
}
