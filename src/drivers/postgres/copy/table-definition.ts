import { quoteIdent } from "../quote-ident.js";
import { quoteLiteral } from "../quote-literal.js";
import type { ColumnFacts } from "./column-facts.js";
import type { ConstraintFacts } from "./constraint-facts.js";
import type { InheritanceFacts } from "./inheritance-facts.js";
import type { PartitionFacts } from "./partition-facts.js";
import { type SequenceFacts, sequenceDefinition } from "./sequence-facts.js";

const NAME_BYTES = 63;

export interface DefinedTable {
  readonly name: string;
  readonly comment: string | null;
  readonly isUnlogged: boolean;
  readonly columns: readonly ColumnFacts[];
  readonly constraints: readonly ConstraintFacts[];
  /** Statements that make its types, and the extensions that it needs. */
  readonly types: readonly string[];
  /** Those that number its columns. */
  readonly sequences: readonly SequenceFacts[];
  readonly partitions: PartitionFacts | null;
  readonly inheritance: InheritanceFacts | null;
}

/**
 * Statements that make a table again in an unnamed schema, one after the other: types, sequences and the table with its
 * partitions, then constraints and comments. Indexes and triggers have definitions of their own.
 */
export function tableDefinition(table: DefinedTable): string {
  const { columns, constraints, types, partitions, inheritance } = table;
  const name = quoteIdent(table.name);
  const serials = columns.flatMap((column) => (column.identity === null ? sequencesOf(table, column) : []));
  const own = inheritance === null ? columns : columns.filter(({ isLocal }) => isLocal);
  const list = own.map((column) => columnSql(table, column)).join(",\n    ");
  const statements = [
    ...types,
    ...serials.map(sequenceDefinition),
    `CREATE ${table.isUnlogged ? "UNLOGGED " : ""}TABLE ${name} (\n    ${list}\n)${partitions?.by ?? inheritance?.clause ?? ""}`,
    ...(inheritance?.overrides ?? []),
    ...columns.flatMap((column) => sequencesOf(table, column).flatMap((sequence) => placed(table, column, sequence))),
    ...(partitions?.parts ?? []),
    ...constraints
      .filter(({ isLocal }) => isLocal)
      .map((one) => `ALTER TABLE ${name} ADD CONSTRAINT ${quoteIdent(one.name)} ${one.definition}`),
    ...comments(table),
  ];
  return statements.map((statement) => `${statement};\n`).join("");
}

function sequencesOf({ sequences }: DefinedTable, { number }: ColumnFacts): readonly SequenceFacts[] {
  return sequences.filter(({ owner }) => owner?.column === number);
}

function columnSql(table: DefinedTable, column: ColumnFacts): string {
  const { name, declared, collation, expression, isGenerated, isVirtual, identity, isDeclaredNotNull } = column;
  const parts = [quoteIdent(name), declared];
  if (collation !== null) parts.push(`COLLATE ${collation}`);
  if (isDeclaredNotNull) parts.push("NOT NULL");
  if (expression !== null)
    parts.push(
      isGenerated ? `GENERATED ALWAYS AS (${expression}) ${isVirtual ? "VIRTUAL" : "STORED"}` : `DEFAULT ${expression}`,
    );
  if (identity !== null) {
    const [sequence] = sequencesOf(table, column);
    const options = sequence?.options.replace(/^AS \S+ /, "") ?? "";
    parts.push(`GENERATED ${identity === "always" ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY (${options})`);
  }
  return parts.join(" ");
}

/** A serial's sequence becomes its column's; an identity's gets its name where it is not the usual one. */
function placed({ name: table }: DefinedTable, column: ColumnFacts, sequence: SequenceFacts): readonly string[] {
  const quoted = quoteIdent(sequence.name);
  if (column.identity === null) {
    return [`ALTER SEQUENCE ${quoted} OWNED BY ${quoteIdent(table)}.${quoteIdent(column.name)}`];
  }
  const usual = `${table}_${column.name}_seq`;
  // The server shortens a name that is too long in its own way.
  const isUsual = usual === sequence.name || Buffer.byteLength(usual) > NAME_BYTES;
  return isUsual ? [] : [`ALTER SEQUENCE ${quoteIdent(usual)} RENAME TO ${quoted}`];
}

function comments({ name, comment, columns, constraints }: DefinedTable): readonly string[] {
  const table = quoteIdent(name);
  const said = (what: string, words: string | null): readonly string[] =>
    words === null ? [] : [`COMMENT ON ${what} IS ${quoteLiteral(words)}`];
  return [
    ...said(`TABLE ${table}`, comment),
    ...columns.flatMap((column) => said(`COLUMN ${table}.${quoteIdent(column.name)}`, column.comment)),
    ...constraints.flatMap((one) => said(`CONSTRAINT ${quoteIdent(one.name)} ON ${table}`, one.comment)),
  ];
}
