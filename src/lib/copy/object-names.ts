import type { TableName } from "../../drivers/driver.js";
import type { NameRules } from "../../drivers/load-model.js";
import { fitName, isOwnRelation, nameKey } from "./fit-name.js";

/** Gives indexes and constraints names that nothing else has: where one is taken, its table's name goes before it. */
export class ObjectNames {
  readonly #rules: NameRules;
  readonly #isFolding: boolean;
  readonly #relations = new Set<string>();
  readonly #constraints = new Set<string>();

  constructor(rules: NameRules, { isFolding }: { readonly isFolding: boolean }) {
    this.#rules = rules;
    this.#isFolding = isFolding;
  }

  /** A name that a table or view has. */
  reserve({ schema, name }: TableName): void {
    this.#relations.add(this.#key([schema], name));
  }

  /** For an index, or a constraint that makes one: no other table, view or index of the schema has it. */
  index(wanted: string, table: TableName): string {
    return this.#free(wanted, { table, taken: this.#relations, scope: [table.schema] });
  }

  /** For a constraint: no other one of its table has it. null for null. */
  constraint(wanted: string | null, table: TableName): string | null {
    if (wanted === null) return null;
    return this.#free(wanted, { table, taken: this.#constraints, scope: [table.schema, table.name] });
  }

  #free(
    wanted: string,
    {
      table,
      taken,
      scope,
    }: { readonly table: TableName; readonly taken: Set<string>; readonly scope: readonly (string | null)[] },
  ): string {
    const candidates = [
      wanted,
      `${table.name}_${wanted}`,
      ...Array.from({ length: 1000 }, (_, n) => `${table.name}_${wanted}_${n + 2}`),
    ];
    const names = candidates.map((name) => fitName(this.#isFolding ? name.toLowerCase() : name, this.#rules));
    const isFree = (name: string): boolean => !taken.has(this.#key(scope, name)) && !isOwnRelation(name, this.#rules);
    const free = names.find(isFree) ?? wanted;
    taken.add(this.#key(scope, free));
    return free;
  }

  #key(scope: readonly (string | null)[], name: string): string {
    return JSON.stringify([...scope, nameKey(name, this.#rules)]);
  }
}
