import type { RelationNames, RowSource } from "../../drivers/view-model.js";
import { DbopsError } from "../core/errors.js";
import type { ChosenRows } from "./choose-rows.js";

/** What was chosen, with the shadow tables of virtual tables in their place. USAGE.INVALID for a part of a virtual table. */
export function storedRows(chosen: readonly ChosenRows[], { tables }: RelationNames): readonly ChosenRows[] {
  const stored = chosen.flatMap((each): readonly ChosenRows[] => {
    if (!each.isVirtual) return [each];
    if (isPart(each.source)) throw partOfVirtual(each.key);
    return tables
      .filter(({ shadowOf }) => shadowOf === each.table?.name)
      .map(({ schema, name }) => {
        const table = { schema, name };
        const source = { kind: "table", table, columns: null, where: null, limit: null } as const;
        return { key: name, table, isView: false, isVirtual: false, source };
      });
  });
  return stored.filter(({ key }, index) => stored.findIndex((each) => each.key === key) === index);
}

function isPart(source: RowSource): boolean {
  return source.limit !== null || (source.kind === "table" && (source.where !== null || source.columns !== null));
}

function partOfVirtual(name: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `${name} is a virtual table, of which a script holds all or nothing`,
    why: "its index would not fit only some of its rows",
    hint: "leave --where, --columns and --limit out, or name other tables by --table",
  });
}
