import { createHash } from "node:crypto";
import type { TableName } from "../../driver.js";
import { cutToBytes, NAME_BYTES } from "../kept-name.js";
import { quoteIdent, quoteQualified } from "../quote-ident.js";

const HASH_DIGITS = 6;

/** The schemas that a run builds in: one stands for each schema that the tables will be in. */
export class HiddenPlace {
  /** Stands for the schema that tables go to by default, and holds the run's own tables. */
  readonly main: string;
  /** Where tables go by default. */
  readonly home: string;
  readonly #before: string;
  #expected: readonly string[] = [];

  constructor(run: string, home: string) {
    this.main = cutToBytes(`dbops_copy_${run}`, NAME_BYTES);
    this.#before = cutToBytes(`dbops_before_${run}`, NAME_BYTES);
    this.home = home;
  }

  /** The same schema always has the same place: a later run of that name finds it again. */
  schemaFor(schema: string | null): string {
    return this.#beside(this.main, schema);
  }

  /** Where replaced tables of a schema go. */
  before(schema: string | null): string {
    return this.#beside(this.#before, schema);
  }

  /** Where it is while it is hidden. */
  of({ schema, name }: TableName): TableName {
    return { schema: this.schemaFor(schema), name };
  }

  quoted(name: TableName): string {
    return quoteQualified(this.of(name));
  }

  /** Schemas that things of the copy go to, once they are known. */
  expect(schemas: readonly string[]): void {
    this.#expected = schemas;
  }

  /** Where things of that schema are being built; null of a schema that nothing of the copy goes to. */
  hiding(schema: string): string | null {
    return schema === this.home || this.#expected.includes(schema) ? this.schemaFor(schema) : null;
  }

  /** As a search path: unqualified names are those of that schema's hidden tables, of others, or of what is there already. */
  pathFor(schema: string | null): string {
    const hidden = [this.schemaFor(schema), ...this.all(this.#expected)];
    return [...new Set([...hidden, schema ?? this.home])].map(quoteIdent).join(", ");
  }

  /** All schemas of a copy into these, the main one first. */
  all(schemas: readonly string[]): readonly string[] {
    return [...new Set([this.main, ...schemas.map((schema) => this.schemaFor(schema))])];
  }

  #beside(stem: string, schema: string | null): string {
    if (schema === null || schema === this.home) return stem;
    const whole = `${stem}_${schema}`;
    if (Buffer.byteLength(whole) <= NAME_BYTES) return whole;
    const hash = createHash("sha256").update(schema).digest("hex").slice(0, HASH_DIGITS);
    return `${cutToBytes(whole, NAME_BYTES - HASH_DIGITS - 1)}_${hash}`;
  }
}
