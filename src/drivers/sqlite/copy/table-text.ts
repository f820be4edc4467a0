import { closing, type Token, tokensOf, unquote } from "../sql-tokens.js";

/** What only the text of a CREATE TABLE tells, and no pragma. */
export interface TableText {
  readonly isAutoincrement: boolean;
  readonly checks: readonly { readonly name: string | null; readonly sql: string }[];
  /** In the order of the text. */
  readonly references: readonly ReferenceText[];
  /** Names of UNIQUE and PRIMARY KEY constraints. */
  readonly keys: readonly {
    readonly isPrimary: boolean;
    readonly name: string | null;
    readonly columns: readonly string[];
  }[];
  /** By the column's name in lower case. */
  readonly collations: ReadonlyMap<string, string>;
  readonly generated: ReadonlyMap<string, string>;
}

export interface ReferenceText {
  readonly name: string | null;
  readonly isDeferrable: boolean;
  readonly isInitiallyDeferred: boolean;
}

const TABLE_WORDS = new Set(["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"]);

/** Reads what SQLite has accepted, so nothing is checked. */
export function readTableText(sql: string): TableText {
  const tokens = tokensOf(sql);
  const open = tokens.findIndex(({ text }) => text === "(");
  const reading = new TableReading(sql);
  if (open >= 0) {
    const body = tokens.slice(open + 1, closing(tokens, open));
    for (const definition of definitionsIn(body)) reading.take(definition);
  }
  return reading;
}

/** Commas part columns; between constraints of the table SQLite lets them be left out. */
function definitionsIn(body: readonly Token[]): readonly (readonly Token[])[] {
  const definitions: Token[][] = [[]];
  for (const token of body) {
    if (token.text === "," && token.depth === 1) definitions.push([]);
    else definitions.at(-1)?.push(token);
  }
  return definitions;
}

class TableReading implements TableText {
  isAutoincrement = false;
  readonly checks: { name: string | null; sql: string }[] = [];
  readonly references: { name: string | null; isDeferrable: boolean; isInitiallyDeferred: boolean }[] = [];
  readonly keys: { isPrimary: boolean; name: string | null; columns: readonly string[] }[] = [];
  readonly collations = new Map<string, string>();
  readonly generated = new Map<string, string>();
  readonly #sql: string;

  constructor(sql: string) {
    this.#sql = sql;
  }

  take(definition: readonly Token[]): void {
    const first = definition[0]?.text ?? "";
    const column = TABLE_WORDS.has(first.toUpperCase()) ? null : unquote(first);
    let name: string | null = null;
    for (let index = column === null ? 0 : 1; index < definition.length; index += 1) {
      const token = definition[index];
      if (token === undefined || token.depth !== 1) continue;
      if (token.text.toUpperCase() === "CONSTRAINT") {
        index += 1;
        name = unquote(definition[index]?.text ?? "");
      } else if (this.#takeWord(definition, index, { column, name })) name = null;
    }
  }

  /** True when the word ends what the last CONSTRAINT has named. */
  #takeWord(
    definition: readonly Token[],
    index: number,
    { column, name }: { readonly column: string | null; readonly name: string | null },
  ): boolean {
    const next = definition[index + 1];
    switch (definition[index]?.text.toUpperCase()) {
      case "CHECK":
        if (next?.text === "(") this.checks.push({ name, sql: this.#inside(definition, index + 1) });
        return true;
      case "PRIMARY":
      case "UNIQUE":
        this.#takeKey(definition, index, { column, name });
        return true;
      case "AUTOINCREMENT":
        this.isAutoincrement = true;
        return false;
      case "REFERENCES":
        this.references.push({ name, isDeferrable: false, isInitiallyDeferred: false });
        return true;
      case "DEFERRABLE":
        this.#takeDeferrable(definition, index);
        return false;
      case "COLLATE":
        if (column !== null) this.collations.set(column.toLowerCase(), unquote(next?.text ?? ""));
        return false;
      case "AS":
        if (column !== null && next?.text === "(")
          this.generated.set(column.toLowerCase(), this.#inside(definition, index + 1));
        return true;
      default:
        return false;
    }
  }

  #takeKey(
    definition: readonly Token[],
    index: number,
    { column, name }: { readonly column: string | null; readonly name: string | null },
  ): void {
    const isPrimary = definition[index]?.text.toUpperCase() === "PRIMARY";
    const open = index + (isPrimary ? 2 : 1);
    const columns =
      column !== null
        ? [column]
        : this.#inside(definition, open)
            .split(",")
            .map((term) => unquote(tokensOf(term)[0]?.text ?? ""));
    // AUTOINCREMENT stands inside the parentheses of a table's constraint.
    if (definition.some(({ text, depth }, at) => at > open && depth > 1 && text.toUpperCase() === "AUTOINCREMENT"))
      this.isAutoincrement = true;
    this.keys.push({ isPrimary, name, columns });
  }

  /** Of the reference before it; SQLite ignores what follows NOT DEFERRABLE. */
  #takeDeferrable(definition: readonly Token[], index: number): void {
    const reference = this.references.at(-1);
    if (reference === undefined || definition[index - 1]?.text.toUpperCase() === "NOT") return;
    reference.isDeferrable = true;
    reference.isInitiallyDeferred = definition[index + 2]?.text.toUpperCase() === "DEFERRED";
  }

  #inside(definition: readonly Token[], open: number): string {
    const end = definition[closing(definition, open)]?.start ?? this.#sql.length;
    return this.#sql.slice(definition[open]?.end ?? end, end).trim();
  }
}
