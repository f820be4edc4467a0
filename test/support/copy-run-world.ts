import type { CopyRead, CopyReader } from "#dbops/drivers/copy-rows-model.js";
import type { CopySource, SourceTable } from "#dbops/drivers/copy-source-model.js";
import type { CopyTarget, TargetTable } from "#dbops/drivers/copy-target-model.js";
import type { DriverContext } from "#dbops/drivers/driver.js";
import { FileReader } from "#dbops/drivers/sqlite/copy/reader.js";
import type { CopyJob } from "#dbops/lib/copy/copy-job.js";
import type { PlannedTable, PlannedView } from "#dbops/lib/copy/copy-plan.js";
import { design } from "./copy-target-world.js";

/** A file as it is read: what plans depend on is made by hand here. */
export async function fileSource(
  path: string,
  context: DriverContext,
  choices: { readonly nul?: "fail" | "bytea"; readonly invalidUtf8?: "fail" | "bytea" } = {},
): Promise<CopySource> {
  const database = { path, isReadOnly: true, isPrivate: false, busyTimeoutMs: 1000 };
  const reader = await FileReader.open(database, { nul: "fail", invalidUtf8: "fail", ...choices }, context);
  await reader.begin();
  return Object.assign(reader, {
    snapshot: "WAL snapshot",
    catalog: async () => Promise.reject(new Error("the plan is made by hand")),
    unchanged: async () => "yes" as const,
    beyond: async () => [],
  });
}

/** A table whose columns have the same names and types at both sides; `id` is its key, where there is such a column. */
export function planned(target: TargetTable, more: Partial<PlannedTable> = {}): PlannedTable {
  const loaded = target.columns.filter(({ generatedSql }) => generatedSql === null);
  const keys = target.primaryKey?.columns ?? [];
  const key = keys.length === 0 ? ({ kind: "none" } as const) : ({ kind: "columns", columns: keys } as const);
  const rows = { key, after: null, upTo: null };
  const kept = (columns: TargetTable["columns"]) =>
    columns.map((column) => ({ ...column, stored: { as: "value" } as const }));
  const computing = target.columns.filter(({ name, generatedSql }) => generatedSql !== null || keys.includes(name));
  return {
    source: sourceTable(target),
    target,
    read: { table: target.source, columns: kept(loaded), ...rows },
    readBack: { table: target.name, columns: loaded, ...rows },
    computed:
      loaded.length === target.columns.length
        ? null
        : {
            read: { table: target.source, columns: kept(computing), ...rows },
            readBack: { table: target.name, columns: computing, ...rows },
          },
    proof: keys.length === 0 ? "bag" : "order",
    columns: target.columns.map(({ name, native }) => ({
      name,
      targetName: name,
      from: "",
      to: native,
      evidence: "declared",
      flag: null,
    })),
    ...more,
  };
}

function sourceTable({ source, columns }: TargetTable): SourceTable {
  return {
    name: source,
    definition: "",
    columns: columns.map((column) => ({
      ...column,
      declared: "",
      stored: { as: "value" },
      sourceStored: null,
      evidence: "",
      flag: null,
      warning: null,
      default: null,
      generated: null,
      ignoresCase: false,
    })),
    primaryKey: null,
    uniques: [],
    indexes: [],
    foreignKeys: [],
    checks: [],
    rowKey: { kind: "none" },
    estimatedRows: null,
    sizeBytes: null,
    comment: null,
  };
}

export interface JobParts {
  readonly source: CopySource;
  readonly target: CopyTarget;
  readonly tables: readonly PlannedTable[];
  readonly views?: readonly PlannedView[];
  readonly context: DriverContext;
}

export function jobOf({ tables, views = [], ...parts }: JobParts, more: Partial<CopyJob> = {}): CopyJob {
  return {
    run: parts.context.run,
    isResumed: false,
    plan: {
      tables,
      views,
      design: design(tables.map(({ target }) => target)),
      notCarried: [],
      sourceEngine: "sqlite",
      notes: [],
      warnings: [],
      obstacles: [],
      leavesOut: false,
    },
    planReport: {
      run: parts.context.run,
      source: { label: "from", unchanged: null },
      target: { label: "to", previous: null },
      snapshot: null,
      tables: tables.map(({ source, target }) => ({
        source: source.name.name,
        target: target.name.name,
        rows: null,
        rejected: null,
        checksum: null,
        columns: [],
      })),
      notCarried: [],
      phases: [],
      resumable: null,
    },
    classify: (left) => left.map((each) => ({ ...each, class: "counted" })),
    content: "all",
    jobs: 2,
    rejects: null,
    checkQueries: null,
    resumeCommand: "dbops migrate copy from to --resume RUN",
    onProgress: () => {},
    ...parts,
    ...more,
  };
}

/** The same reader, which also tells what it is asked to read. */
export function watched<T extends CopyReader>(reader: T, onRead: (request: CopyRead) => void): T {
  return new Proxy(reader, {
    get(inner, name) {
      if (name === "read") {
        return (request: CopyRead) => {
          onRead(request);
          return inner.read(request);
        };
      }
      const member: unknown = Reflect.get(inner, name, inner);
      return typeof member === "function" ? member.bind(inner) : member;
    },
  });
}
