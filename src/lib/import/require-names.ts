import type { NameRules, NewTable } from "../../drivers/load-model.js";
import { DbopsError } from "../core/errors.js";
import { shellWord } from "../core/shell-word.js";
import { tableWord } from "./import-plan.js";

const GIVE_COLUMN = "give one of them another name: --map COLUMN=NAME";
const GIVE_TABLE = "import the file of one of them by itself: --table NAME gives it another name";

/** USAGE.INVALID for names that the database would cut, or takes for one: tables, and columns of one table. */
export function requireNames(tables: readonly NewTable[], rules: NameRules): void {
  for (const { table, columns } of tables) {
    const names = columns.map(({ name }) => name);
    requireShort(table.name, rules, "--table NAME");
    for (const name of names) requireShort(name, rules, `--map ${shellWord(name)}=NAME`);
    const column = twiceIn(names, rules);
    if (column !== null) throw doubled(`two columns of ${tableWord(table)}`, column, GIVE_COLUMN);
  }
  const table = twiceIn(
    tables.map((one) => tableWord(one.table)),
    rules,
  );
  if (table !== null) throw doubled("two tables", table, GIVE_TABLE);
}

function requireShort(name: string, { maxBytes }: NameRules, hint: string): void {
  const bytes = Buffer.byteLength(name);
  if (maxBytes === null || bytes <= maxBytes) return;
  throw new DbopsError("USAGE.INVALID", {
    message: `the name "${name}" is too long for the database`,
    why: `it has ${bytes} bytes, of which the first ${maxBytes} would be kept`,
    hint: `give it a shorter one: ${hint}`,
  });
}

function twiceIn(names: readonly string[], { ignoresCase }: NameRules): string | null {
  const seen = new Set<string>();
  for (const name of names) {
    const known = ignoresCase ? name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name;
    if (seen.has(known)) return name;
    seen.add(known);
  }
  return null;
}

function doubled(what: string, name: string, hint: string): DbopsError {
  return new DbopsError("USAGE.INVALID", { message: `${what} would both be called "${name}"`, hint });
}
