import type { CopyReader } from "../../copy-rows-model.js";
import type { NotCarried } from "../../copy-source-model.js";
import type { Checkpoint, CopyLoad, TargetDesign, TargetTable } from "../../copy-target-model.js";
import type { RowClient } from "./row-client.js";

/** Where the rows of a copy go; each member does what that of CopyTarget does. */
export interface FileBuild extends AsyncDisposable {
  readonly place: string;
  /** The child that writes, once `create` has been called. */
  readonly client: RowClient;
  /** Goes on beside `finish` where it has a connection of its own. Sees what was committed, or, where all is one transaction, what was loaded. */
  reader(): Promise<CopyReader>;
  create(design: TargetDesign): Promise<void>;
  checkpoints(): Promise<readonly Checkpoint[]>;
  load(table: TargetTable, chunk: number): Promise<CopyLoad>;
  remake(table: TargetTable): Promise<void>;
  finish(design: TargetDesign): Promise<readonly NotCarried[]>;
  publish(design: TargetDesign): Promise<{ readonly previous: string | null }>;
  keep(): Promise<boolean>;
}
