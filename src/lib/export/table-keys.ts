import { type Named, qualifiedName } from "../core/named.js";

/** A name of its own for each table: bare where that is unique, else `schema.name`, and quoted where that is not either. */
export function tableKeys(tables: readonly Named[]): readonly string[] {
  const bare = tables.map(({ name }) => name);
  const keys = tables.map((table) => (isRepeated(table.name, bare) ? qualifiedName(table) : table.name));
  return tables.map((table, index) => {
    const key = keys[index] ?? "";
    return isRepeated(key, keys) ? `${JSON.stringify(table.schema)}.${JSON.stringify(table.name)}` : key;
  });
}

function isRepeated(word: string, words: readonly string[]): boolean {
  return words.indexOf(word) !== words.lastIndexOf(word);
}
