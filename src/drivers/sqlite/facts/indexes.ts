import type { IndexDefinition, IndexesFact } from "../../fact-model.js";
import type { Connection } from "../connection.js";
import { usersTables } from "./users-tables.js";

interface ListedIndex {
  readonly name: string;
  readonly unique: bigint;
  /** `c` made by CREATE INDEX, `u` by UNIQUE, `pk` by PRIMARY KEY. */
  readonly origin: string;
  readonly partial: bigint;
}

interface KeyPart {
  readonly name: string | null;
  readonly desc: bigint;
  readonly coll: string;
}

/** One statement for each table and index: nothing keeps writers waiting for longer than that. */
export function readIndexes(connection: Connection): IndexesFact {
  return { indexes: usersTables(connection).flatMap((table) => indexesOf(connection, table)) };
}

function indexesOf(connection: Connection, table: string): IndexDefinition[] {
  const listed = connection.rows<ListedIndex>(
    'SELECT name, "unique", origin, partial FROM pragma_index_list(?)',
    table,
  );
  return listed.map((index) => {
    const parts = connection.rows<KeyPart>(
      'SELECT name, "desc", coll FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno',
      index.name,
    );
    const isPartial = index.partial !== 0n;
    return {
      schema: null,
      table,
      name: index.name,
      // What an expression says is not told, so that it is like no other.
      key: parts.map(({ name, desc, coll }, place) => `${name ?? `${index.name} ${place}`}:${desc}:${coll}`),
      columns: parts.map(({ name }) => name),
      isUnique: index.unique !== 0n,
      isConstraint: index.origin !== "c",
      isValid: true,
      isPartial,
      form: isPartial ? index.name : "",
      bytes: null,
    };
  });
}
