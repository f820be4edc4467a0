import type { PortableType } from "../../drivers/load-model.js";
import { formatCount } from "../core/units.js";
import type { RecordTable } from "../transfer/record-model.js";
import { classOf, VALUE_CLASSES, type ValueClass } from "./infer-class.js";

export interface InferredColumn {
  readonly name: string;
  readonly type: PortableType;
  /** Why, for a plan: "999,999 integers, 1 text at line 3". */
  readonly evidence: string;
}

const CLASS_TYPES = {
  null: "text",
  integer: "integer",
  "long number": "numeric",
  decimal: "decimal",
  "long decimal": "numeric",
  "power of ten": "text",
  boolean: "boolean",
  date: "date",
  timestamp: "timestamp",
  timestamptz: "timestamptz",
  json: "json",
  blob: "blob",
  text: "text",
} as const satisfies Record<ValueClass, PortableType>;

const NUMBERS: ReadonlySet<ValueClass> = new Set(["integer", "long number", "decimal", "long decimal", "power of ten"]);

/** The narrowest type for each column that takes every record unchanged. Reads all records; those with faults do not count. */
export async function inferTypes(table: RecordTable): Promise<readonly InferredColumn[]> {
  const tallies = table.columns.map(() => new ClassTally());
  for await (const { rows, places } of table.records()) {
    for (const [index, fields] of rows.entries()) {
      const place = places[index] ?? 0;
      for (const [column, tally] of tallies.entries()) {
        tally.add(classOf(fields[column] ?? null, table.isTyped), place);
      }
    }
  }
  return table.columns.map((name, column) => {
    const tally = tallies[column] ?? new ClassTally();
    const isNonFinite = table.origin?.nonFinite.has(name) ?? false;
    return {
      name,
      type: isNonFinite ? "double" : typeOf(tally.seen()),
      evidence: isNonFinite ? "numbers, not all of them finite" : tally.evidence(table.placeWord),
    };
  });
}

/** Of classes other than null. */
function typeOf(classes: readonly ValueClass[]): PortableType {
  const types = new Set<PortableType>(classes.map((each) => CLASS_TYPES[each]));
  const [only] = types;
  if (types.size === 1 && only !== undefined) return only;
  const isNumeric = classes.length > 0 && classes.every((each) => NUMBERS.has(each));
  const hasPoint = classes.includes("decimal") || classes.includes("long decimal");
  // `1e5` alone may be a code; beside decimals it is how floating-point numbers are written.
  if (!isNumeric || (classes.includes("power of ten") && !hasPoint)) return "text";
  return types.has("numeric") ? "numeric" : "decimal";
}

/** How often each class was met in a column, and where first. */
class ClassTally {
  readonly #counts = new Map<ValueClass, number>();
  readonly #places = new Map<ValueClass, number>();
  #last: ValueClass = "null";
  #run = 0;

  /** Mostly a column is of one class: its run is only counted. */
  add(valueClass: ValueClass, place: number): void {
    if (valueClass === this.#last) {
      if (this.#run === 0 && !this.#places.has(valueClass)) this.#places.set(valueClass, place);
      this.#run += 1;
      return;
    }
    this.#flush();
    this.#last = valueClass;
    this.#run = 1;
    if (!this.#places.has(valueClass)) this.#places.set(valueClass, place);
  }

  count(valueClass: ValueClass): number {
    this.#flush();
    return this.#counts.get(valueClass) ?? 0;
  }

  /** The classes met, null aside. */
  seen(): readonly ValueClass[] {
    return VALUE_CLASSES.filter((each) => each !== "null" && this.count(each) > 0);
  }

  /** The most frequent class first; of the others where each was met first. */
  evidence(placeWord: string): string {
    const classes = [...this.seen()].sort((one, other) => this.count(other) - this.count(one));
    if (classes.length === 0) return "no value";
    const words = classes.map((each, index) => {
      const counted = countOf(each, this.count(each));
      return index === 0 ? counted : `${counted} at ${placeWord} ${this.#places.get(each)}`;
    });
    const nulls = this.count("null");
    return (nulls === 0 ? words : [...words, `${formatCount(nulls)} NULL`]).join(", ");
  }

  #flush(): void {
    if (this.#run > 0) this.#counts.set(this.#last, (this.#counts.get(this.#last) ?? 0) + this.#run);
    this.#run = 0;
  }
}

const INVARIABLE: ReadonlySet<ValueClass> = new Set(["text", "json", "timestamptz"]);

function countOf(valueClass: ValueClass, count: number): string {
  const isPlural = count !== 1 && !INVARIABLE.has(valueClass);
  return `${formatCount(count)} ${isPlural ? `${valueClass}s`.replace("power of tens", "powers of ten") : valueClass}`;
}
