import type { Checkpoint } from "../../drivers/copy-target-model.js";
import type { PlannedTable } from "./copy-plan.js";
import type { Loading } from "./loading.js";
import { type RowHash, rowHash } from "./row-hash.js";
import type { TableRejects } from "./table-rejects.js";

/** Where the loading of a table begins. */
export interface TableStart {
  readonly chunk: number;
  /** Rows with a key behind this one are still to come; null = all. */
  readonly after: string | null;
  /** Of the rows that are there. */
  readonly hash: RowHash;
  /** The table holds something else than such rows, and must be made anew. */
  readonly isSpoilt: boolean;
  /** All rows are there, and nothing tells which come behind. */
  readonly isWhole: boolean;
}

/** The beginning of a table of which nothing is there. */
export function freshStart({ proof }: PlannedTable): TableStart {
  return { chunk: 0, after: null, hash: rowHash(proof), isSpoilt: false, isWhole: false };
}

/** Reads at the source again what an earlier run has loaded: up to the first part that is another now. */
export async function resumedStart(
  planned: PlannedTable,
  loading: Loading,
  rejects: TableRejects,
): Promise<TableStart> {
  let start = freshStart(planned);
  for (const checkpoint of loading.checkpoints) {
    const place = rejects.place;
    const hash = await hashOfPart(planned, checkpoint, { start, loading, rejects });
    if (hash?.soFar() !== checkpoint.sha256) {
      rejects.backTo(place);
      return { ...start, isSpoilt: start.chunk === 0 };
    }
    const { chunk, lastKey, isLast } = checkpoint;
    start = { chunk: chunk + 1, after: lastKey, hash, isSpoilt: false, isWhole: isLast && lastKey === null };
  }
  return start;
}

/** null when its columns would be of other types by now. */
async function hashOfPart(
  { read }: PlannedTable,
  { after, lastKey }: Checkpoint,
  {
    start,
    loading,
    rejects,
  }: { readonly start: TableStart; readonly loading: Loading; readonly rejects: TableRejects },
): Promise<RowHash | null> {
  const hash = start.hash.fork();
  for await (const event of loading.source.read({ ...read, after, upTo: lastKey })) {
    loading.signal.throwIfAborted();
    if (event.kind === "retype") return null;
    if (event.kind === "reject") await rejects.add(event.reject);
    else {
      hash.add(event);
      loading.advance(event.rows, event.bytes.length);
    }
  }
  return hash;
}
