export const IMPORT_MODES = ["insert", "ignore", "upsert", "replace", "truncate"] as const;
export type ImportMode = (typeof IMPORT_MODES)[number];

/** What the user said about where records go, and how. */
export interface ImportWish {
  /** The table that takes them, where the input brings one table; else the one to be taken from it. */
  readonly table: string | null;
  /** Which of the input's tables; empty = all. */
  readonly tables: readonly string[];
  readonly mode: ImportMode;
  /** Makes tables that are missing: by an export's own schema, else with types as the records show them. */
  readonly canCreate: boolean;
  /** Native types of columns of tables that are made. */
  readonly types: ReadonlyMap<string, string>;
  /** The table's column for a column of the input; "" leaves it out. */
  readonly renames: ReadonlyMap<string, string>;
}
