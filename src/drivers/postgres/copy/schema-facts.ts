import { quoteIdent } from "../quote-ident.js";
import type { Session } from "../session.js";
import { type ColumnFacts, readColumnFacts } from "./column-facts.js";
import { type ConstraintFacts, readConstraintFacts } from "./constraint-facts.js";
import { type IndexFacts, readIndexFacts } from "./index-facts.js";
import { type InheritanceFacts, readInheritance } from "./inheritance-facts.js";
import { readKeptViews } from "./kept-views.js";
import { type PartitionFacts, readPartitions } from "./partition-facts.js";
import { readTableExtensions } from "./table-extensions.js";
import { COMMON_SCHEMA, readTableTypes } from "./table-types.js";

/** What a schema's tables are made of, by their oids. */
export interface SchemaFacts {
  readonly columns: ReadonlyMap<number, readonly ColumnFacts[]>;
  readonly constraints: ReadonlyMap<number, readonly ConstraintFacts[]>;
  readonly indexes: ReadonlyMap<number, readonly IndexFacts[]>;
  readonly partitions: ReadonlyMap<number, PartitionFacts>;
  readonly inheritance: ReadonlyMap<number, InheritanceFacts>;
  /** What makes materialized views. */
  readonly keptViews: ReadonlyMap<number, string>;
  readonly types: ReadonlyMap<number, readonly string[]>;
  readonly extensions: ReadonlyMap<number, readonly string[]>;
}

/**
 * Does something where names of this schema, and of the common one, print without it: their definitions may then be run in
 * any other.
 */
export async function withinSchema<T>(session: Session, schema: string, work: () => Promise<T>): Promise<T> {
  await session.run(`SET LOCAL search_path = ${[schema, COMMON_SCHEMA].map(quoteIdent).join(", ")}`);
  const result = await work();
  await session.run("SET LOCAL search_path = ''");
  return result;
}

export async function readSchemaFacts(session: Session, schema: string): Promise<SchemaFacts> {
  const quoted = quoteIdent(schema);
  return await withinSchema(session, schema, async () => ({
    columns: await readColumnFacts(session, quoted),
    constraints: await readConstraintFacts(session, quoted),
    indexes: await readIndexFacts(session, quoted),
    partitions: await readPartitions(session, quoted),
    inheritance: await readInheritance(session, quoted),
    keptViews: await readKeptViews(session, quoted),
    types: await readTableTypes(session, quoted),
    extensions: await readTableExtensions(session, quoted),
  }));
}
