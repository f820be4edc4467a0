import type { NotCarried, OriginEntry, SourceView } from "../../drivers/copy-source-model.js";
import type { TargetDesign, TargetTable } from "../../drivers/copy-target-model.js";
import type { Recalled } from "./recall-origin.js";
import { tableKey } from "./table-key.js";

const LETTER = /[\p{L}\p{N}_$]/u;

/** Functions before what calls them, views before their indexes, triggers last. */
const ORDER: readonly OriginEntry["kind"][] = ["other", "view", "index", "trigger"];

/** Not every engine looks at what a definition speaks of before a row comes to it: a trigger would then refuse every one. */
export function lostTriggers({ objects, absent }: Recalled, made: readonly TargetTable[]): readonly NotCarried[] {
  return objects
    .filter(({ kind, name }) => kind === "trigger" && made.some((table) => name.startsWith(`${table.name.name}.`)))
    .filter((object) => speaksOfAny(object, absent))
    .map(({ name, definition: sql }) => ({
      kind: "triggers",
      name,
      reason: "it speaks of a table that is not copied",
      sql,
    }));
}

/** Definitions from home that are run as they are; views among them need no other words. */
export function returningObjects(
  { objects, absent }: Recalled,
  { views, made }: { readonly views: readonly SourceView[]; readonly made: readonly TargetTable[] },
): TargetDesign["returning"] {
  const present = new Set(views.map(({ name }) => tableKey(name)));
  const whole = new Set(made.flatMap(({ source, definition }) => (definition === null ? [] : [tableKey(source)])));
  const homes = new Map(made.map(({ source, name }) => [tableKey(source), name]));
  const isBack = ({ kind, table, isCarried }: Recalled["objects"][number]): boolean => {
    if (!isCarried) return table === null || homes.has(tableKey(table));
    if (table === null) return false;
    return (kind === "view" && present.has(tableKey(table))) || whole.has(tableKey(table));
  };
  return objects
    .filter((object) => isBack(object) && !speaksOfAny(object, absent))
    .map(({ kind, name, schema, definition, table, isCarried }) => {
      const instead = kind === "view" && isCarried && table !== null ? homes.get(tableKey(table)) : undefined;
      return { kind, name, schema, sql: definition, ...(instead === undefined ? {} : { instead }) };
    })
    .sort((one, other) => ORDER.indexOf(one.kind) - ORDER.indexOf(other.kind));
}

/** Views that kept their rows at home, and stay tables: those are others by now, or what they read does not come along. */
export function lostViews({ objects, absent }: Recalled, made: readonly TargetTable[]): readonly NotCarried[] {
  const tables = new Map(made.map((table) => [tableKey(table.source), table]));
  return objects.flatMap((object): readonly NotCarried[] => {
    const { kind, table, name, definition: sql, isCarried } = object;
    const home = kind === "view" && isCarried && table !== null ? tables.get(tableKey(table)) : undefined;
    if (home === undefined) return [];
    const reason =
      home.definition === null
        ? "its table has changed since it was copied, and stays one"
        : "it speaks of a table that is not copied: it stays a table of its rows";
    return home.definition === null || speaksOfAny(object, absent) ? [{ kind: "views", name, reason, sql }] : [];
  });
}

function speaksOfAny({ definition }: OriginEntry, names: readonly string[]): boolean {
  const text = definition.toLowerCase();
  return names.some((name) => isWordOf(text, name.toLowerCase()));
}

function isWordOf(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (!LETTER.test(text[at - 1] ?? "") && !LETTER.test(text[at + word.length] ?? "")) return true;
  }
  return false;
}
