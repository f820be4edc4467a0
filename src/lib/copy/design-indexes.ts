import type { IndexPart, SourceIndex, SourceTable } from "../../drivers/copy-source-model.js";
import type { ExpressionScope, TargetIndex } from "../../drivers/copy-target-model.js";
import type { TableName } from "../../drivers/driver.js";
import { qualifiedName } from "../core/named.js";
import type { Planning } from "./planning.js";
import { schemaOf } from "./schema-of.js";

type Part = TargetIndex["parts"][number];

/** The table's indexes that can be said at the target. */
export function designIndexes(
  table: SourceTable,
  { name, scope }: { readonly name: TableName; readonly scope: ExpressionScope },
  planning: Planning,
): readonly TargetIndex[] {
  return table.indexes.flatMap((index) => {
    const left = (reason: string): readonly TargetIndex[] => {
      const { definition: sql } = index;
      const own = schemaOf(table.name);
      planning.remarks.notCarried.push({ kind: "indexes", name: wordOf(index, table), reason, sql, ...own });
      return [];
    };
    if (index.obstacle !== null) return left(index.obstacle);
    const parts = designParts(index, { table, scope }, planning);
    if (typeof parts === "string") return left(parts);
    const where = index.where === null ? null : said(index.where, scope, planning);
    if (where !== null && !where.isExpressed) return left(where.reason);
    return [
      { name: planning.objects.index(index.name, name), isUnique: index.isUnique, parts, where: where?.sql ?? null },
    ];
  });
}

/** Why not, as a text, where one of them cannot be said. */
function designParts(
  { parts }: SourceIndex,
  { table, scope }: { readonly table: SourceTable; readonly scope: ExpressionScope },
  planning: Planning,
): readonly Part[] | string {
  const designed: Part[] = [];
  for (const { term, isDescending, ignoresCase } of parts) {
    if (term.kind === "column") {
      const column = planning.names.column(table.name, term.name);
      designed.push({ term: { kind: "column", name: column }, isDescending, ignoresCase });
      continue;
    }
    const expression = said(term, scope, planning);
    if (!expression.isExpressed) return expression.reason;
    designed.push({ term: { kind: "expression", sql: expression.sql }, isDescending, ignoresCase });
  }
  return designed;
}

function said(
  { parsed }: Pick<Extract<IndexPart["term"], { readonly kind: "expression" }>, "parsed">,
  scope: ExpressionScope,
  { request }: Planning,
): ReturnType<Planning["request"]["target"]["express"]> {
  return parsed.isParsed
    ? request.target.express(parsed.value, scope, null)
    : { isExpressed: false, reason: parsed.reason };
}

function wordOf({ name }: SourceIndex, table: SourceTable): string {
  return `${qualifiedName(table.name)}.${name}`;
}
