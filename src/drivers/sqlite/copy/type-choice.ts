import type { CopyChoices } from "../../copy-source-model.js";
import type { CopyType, StoredForm } from "../../copy-type-model.js";
import type { ColumnEvidence } from "./column-evidence.js";
import type { ColumnFamily } from "./column-family.js";

/** What a column's values travel as, and why. */
export interface TypeChoice {
  readonly type: CopyType;
  readonly stored: StoredForm;
  /** "999,999 integers, 1 text at rowid 2". */
  readonly evidence: string;
  /** The flag that would change the choice; null when none does. */
  readonly flag: string | null;
  readonly warning: string | null;
  /** Values that the type does not hold, and nothing was said about what is to become of them. */
  readonly obstacle: { readonly what: string; readonly flag: string } | null;
  /** Such values, where they are to be left out; absent where there are none. */
  readonly leftOut?: string;
}

/** All that a choice is made from. */
export interface TypeQuestion {
  readonly declared: string;
  readonly family: ColumnFamily;
  readonly evidence: ColumnEvidence;
  readonly choices: Pick<CopyChoices, "onMismatch" | "epoch" | "bool" | "json" | "isTight" | "assumeTz">;
}

/** How values are kept that are what their type suggests. */
export const AS_VALUE: StoredForm = { as: "value" };
