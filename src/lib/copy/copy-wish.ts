import type { CopyChoices } from "../../drivers/copy-source-model.js";
import type { CopyTargetRequest } from "../../drivers/copy-target-model.js";
import type { CopyJob } from "./copy-job.js";
import type { AllowedUncarried } from "./report-not-carried.js";

/** What the user asks for, with all defaults filled in. */
export interface CopyWish {
  readonly content: CopyJob["content"];
  readonly choices: CopyChoices;
  readonly place: Omit<CopyTargetRequest, "run" | "mode" | "isResumed">;
  /** Names become lower-case. */
  readonly isFolding: boolean;
  readonly usesOrigin: boolean;
  /** The run that is gone on with. */
  readonly resume: string | null;
  readonly backsUpFirst: boolean;
  readonly allowed: AllowedUncarried;
  /** Paths as they were given. */
  readonly checkQueries: string | null;
  readonly rejects: string | null;
}
