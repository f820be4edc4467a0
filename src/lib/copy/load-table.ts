import { ChunkWriter } from "./chunk-writer.js";
import type { PlannedTable } from "./copy-plan.js";
import type { Loading } from "./loading.js";
import { type Retype, retypedTable } from "./retyped-table.js";
import type { RowDigest } from "./row-hash.js";
import { TableRejects } from "./table-rejects.js";
import { freshStart, resumedStart, type TableStart } from "./table-start.js";

export interface LoadedTable {
  /** As it was loaded in the end. */
  readonly planned: PlannedTable;
  /** Of all its rows, as they were sent. */
  readonly sent: RowDigest;
  /** Rows that were left out, and values that became NULL. */
  readonly rejects: number;
}

/** Brings a table's rows to the target, chunk by chunk. COPY.UNFIT, COPY.REFUSED and what reading and loading throw. */
export async function loadTable(asPlanned: PlannedTable, loading: Loading): Promise<LoadedTable> {
  const rejects = new TableRejects(loading.rejects);
  let planned = asPlanned;
  let start = await resumedStart(planned, loading, rejects);
  for (;;) {
    if (start.isSpoilt) await loading.target.remake(planned.target);
    const retype = start.isWhole ? null : await stream(planned, start, { loading, rejects });
    if (retype === null) break;
    planned = retypedTable(planned, retype, loading.target);
    rejects.backTo(0);
    start = { ...freshStart(planned), isSpoilt: true };
  }
  return { planned, sent: start.hash.digest(), rejects: rejects.place };
}

/** null when all of it is loaded. */
async function stream(
  { read, target }: PlannedTable,
  start: TableStart,
  { loading, rejects }: { readonly loading: Loading; readonly rejects: TableRejects },
): Promise<Retype | null> {
  await using load = await loading.target.load(target, start.chunk);
  const chunks = new ChunkWriter(load, target.name, start);
  for await (const event of loading.source.read({ ...read, after: start.after, upTo: null })) {
    loading.signal.throwIfAborted();
    if (event.kind === "retype") return event;
    if (event.kind === "reject") await rejects.add(event.reject);
    else {
      await chunks.add(event);
      loading.advance(event.rows, event.bytes.length);
    }
  }
  await chunks.end();
  return null;
}
