import type { CopyCatalog, CopyChoices } from "../../drivers/copy-source-model.js";
import type { CopyTarget } from "../../drivers/copy-target-model.js";

/** What planning asks of a target: facts and words, no acts. */
export type PlanTarget = Pick<
  CopyTarget,
  | "names"
  | "maxColumns"
  | "hasSequences"
  | "hasDeferrableKeys"
  | "nameFor"
  | "typeFor"
  | "hasType"
  | "lackedBy"
  | "express"
  | "expressSelect"
  | "rowKey"
>;

export interface PlanRequest {
  readonly catalog: CopyCatalog;
  /** Tables that are at the target and take the rows, as a catalog of the target describes them; null = tables are made. */
  readonly existing: CopyCatalog | null;
  readonly target: PlanTarget;
  readonly sourceEngine: string;
  readonly targetEngine: string;
  readonly choices: Pick<CopyChoices, "onMismatch" | "orphans" | "nullKey">;
  /** Names become lower-case. */
  readonly isFolding: boolean;
  /** `dbops_origin` is written at the target, and used where the source has one. */
  readonly usesOrigin: boolean;
}
