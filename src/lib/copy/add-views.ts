import type { CopyColumn, CopyRead } from "../../drivers/copy-rows-model.js";
import type { NotCarried } from "../../drivers/copy-source-model.js";
import { DbopsError } from "../core/errors.js";
import { qualifiedName } from "../core/named.js";
import { formatNumberOf } from "../core/units.js";
import type { CopyJob } from "./copy-job.js";
import type { KnownColumn, PlannedView } from "./copy-plan.js";
import { proveRows } from "./row-proof.js";
import { schemaOf } from "./schema-of.js";

/** Makes the views that show at the target what they show at the source; gives those that do not. */
export async function addViews(job: CopyJob): Promise<readonly NotCarried[]> {
  const { views } = job.plan;
  if (views.length === 0) return [];
  const phase = job.context.progress.phase("making views", { unit: undefined, total: views.length });
  const left: NotCarried[] = [];
  for (const view of views) {
    job.context.signal.throwIfAborted();
    const reason = await reasonAgainst(job, view);
    phase.advance(1);
    if (reason === null) continue;
    const { name, sql } = view.source;
    left.push({ kind: "views", name: qualifiedName(name), ...schemaOf(name), reason, sql });
  }
  phase.done(formatNumberOf("view", views.length - left.length));
  return left;
}

/** null when it is there and equal. */
async function reasonAgainst(job: CopyJob, view: PlannedView): Promise<string | null> {
  const made = await job.target.addView(view.name, view.sql);
  if ("reason" in made) return made.reason;
  if (job.content === "schema") return null;
  const reason = await reasonUnequal(job, view, made.columns);
  if (reason !== null) await job.target.dropView(view.name);
  return reason;
}

async function reasonUnequal(
  { source, target, context }: CopyJob,
  view: PlannedView,
  columns: readonly CopyColumn[],
): Promise<string | null> {
  const read: CopyRead = {
    table: view.source.name,
    columns: columns.map((column) => atSource(view, column)),
    ...ALL_ROWS,
  };
  const readBack: CopyRead = {
    table: view.name,
    columns: columns.map((column) => atTarget(view, column)),
    ...ALL_ROWS,
  };
  try {
    const sides = { source, read, target, readBack, proof: "bag", signal: context.signal } as const;
    const { checksum } = await proveRows(sides, null);
    return checksum.equal ? null : "it shows other rows at the target";
  } catch (error) {
    if (context.signal.aborted || !(error instanceof DbopsError) || error.exitName !== "FAILED") throw error;
    return `its rows cannot be compared: ${error.why ?? error.message}`;
  }
}

const ALL_ROWS = { key: { kind: "none" }, after: null, upTo: null } as const;

/** What nothing is known of is kept as its type suggests. */
function atSource(view: PlannedView, column: CopyColumn): CopyColumn {
  const known = knownColumn(view, column);
  if (known === undefined) return { ...column, stored: column.stored ?? { as: "value" } };
  return { ...column, ...kept(known.atSource), name: known.name };
}

function atTarget(view: PlannedView, column: CopyColumn): CopyColumn {
  const known = knownColumn(view, column);
  return known === undefined ? column : { ...column, ...kept(known.atTarget) };
}

function kept({ type, stored }: KnownColumn["atSource"]): KnownColumn["atSource"] {
  return { type, stored };
}

function knownColumn({ known }: PlannedView, { name }: CopyColumn): KnownColumn | undefined {
  return known.find((each) => each.name.toLowerCase() === name.toLowerCase());
}
