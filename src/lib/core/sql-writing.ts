import type { SqlSpelling } from "./sql-spelling.js";
import type { SqlTerm } from "./sql-term.js";

/** What an expression is written with. */
export interface SqlWriting {
  readonly spelling: SqlSpelling;
  /** Functions over many rows have a meaning. */
  readonly isSelect: boolean;
  /** null = there is no such column. */
  column(name: string, table: string | null): SqlTerm | null;
}
