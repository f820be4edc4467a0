import type {
  CopyCatalog,
  SourceColumn,
  SourceExpression,
  SourceForeignKey,
  SourceKey,
  SourceTable,
} from "#dbops/drivers/copy-source-model.js";
import type { CopyType } from "#dbops/drivers/copy-type-model.js";
import type { CopyPlan } from "#dbops/lib/copy/copy-plan.js";
import { planCopy } from "#dbops/lib/copy/plan-copy.js";
import type { PlanRequest, PlanTarget } from "#dbops/lib/copy/plan-request.js";

/** Catalogs and targets as plain data, to plan copies without a database. */

export const BIGINT: CopyType = { kind: "integer", bits: 64 };
export const TEXT: CopyType = { kind: "text" };

export function column(name: string, type: CopyType = TEXT, more: Partial<SourceColumn> = {}): SourceColumn {
  return {
    name,
    declared: type.kind.toUpperCase(),
    type,
    stored: { as: "value" },
    evidence: "all of one kind",
    flag: null,
    warning: null,
    isNullable: true,
    default: null,
    generated: null,
    identity: null,
    ignoresCase: false,
    comment: null,
    ...more,
  };
}

export function key(columns: readonly string[], more: Partial<SourceKey> = {}): SourceKey {
  return { name: null, columns, nullRows: 0, isDeferrable: false, ...more };
}

export function reference(
  from: string,
  table: string,
  to: string,
  more: Partial<SourceForeignKey> = {},
): SourceForeignKey {
  return {
    name: null,
    columns: [from],
    references: { table: { schema: null, name: table }, columns: [to] },
    onDelete: "no action",
    onUpdate: "no action",
    isDeferrable: false,
    isInitiallyDeferred: false,
    orphans: 0,
    ...more,
  };
}

export function literal(text: string): SourceExpression {
  return { sql: `'${text}'`, parsed: { isParsed: true, value: { kind: "literal", value: { kind: "text", text } } } };
}

export function unreadable(sql: string): SourceExpression {
  return { sql, parsed: { isParsed: false, reason: "it cannot be read" } };
}

export function table(name: string, columns: readonly SourceColumn[], more: Partial<SourceTable> = {}): SourceTable {
  const { primaryKey = null } = more;
  return {
    name: { schema: null, name },
    definition: `CREATE TABLE ${name} (…)`,
    columns,
    primaryKey,
    uniques: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    rowKey: primaryKey === null ? { kind: "hidden" } : { kind: "columns", columns: primaryKey.columns },
    estimatedRows: null,
    sizeBytes: null,
    comment: null,
    ...more,
  };
}

export function catalog(tables: readonly SourceTable[], more: Partial<CopyCatalog> = {}): CopyCatalog {
  return { tables, views: [], sequences: [], notCarried: [], notes: [], obstacles: [], origin: null, ...more };
}

/** An engine that has every type and 63 bytes for a name, and can say literals and columns only. */
export const PLAIN_TARGET: PlanTarget = {
  names: { maxBytes: 63, ignoresCase: false },
  hasSequences: true,
  hasDeferrableKeys: true,
  nameFor: ({ name }) => ({ schema: "public", name }),
  typeFor: (type) => ({ native: type.kind, stored: null, check: null, warning: null, flag: null }),
  express: (expression) =>
    expression.kind === "literal" && expression.value.kind === "text"
      ? { isExpressed: true, sql: `'${expression.value.text}'` }
      : { isExpressed: false, reason: `a ${expression.kind} cannot be said here` },
  expressSelect: ({ from }, scope) => {
    const relation = scope.relation({ schema: null, name: from[0]?.name ?? "" });
    if (relation === null) return { isExpressed: false, reason: "what it reads is not copied" };
    return { isExpressed: true, sql: `SELECT … FROM ${relation.name}` };
  },
  rowKey: ({ primaryKey }) =>
    primaryKey === null ? { kind: "none" } : { kind: "columns", columns: primaryKey.columns },
};

export function plan(from: CopyCatalog, more: Partial<PlanRequest> = {}): CopyPlan {
  return planCopy({
    catalog: from,
    existing: null,
    target: PLAIN_TARGET,
    sourceEngine: "here",
    targetEngine: "there",
    choices: { onMismatch: "fail", orphans: "fail", nullKey: "fail" },
    isFolding: false,
    usesOrigin: true,
    ...more,
  });
}
