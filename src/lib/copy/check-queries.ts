import { DbopsError } from "../core/errors.js";
import { formatNumberOf } from "../core/units.js";
import type { CopyJob } from "./copy-job.js";
import { answerDifference } from "./query-answers.js";
import { splitQueries } from "./split-queries.js";

/** Asks both sides the user's own queries. COPY.MISMATCH for the first one that they answer in different ways. */
export async function checkQueries({ checkQueries: script, source, target, context }: CopyJob): Promise<void> {
  if (script === null) return;
  const queries = splitQueries(script);
  const phase = context.progress.phase("asking both sides", { total: queries.length });
  for (const [at, { sql, isOrdered }] of queries.entries()) {
    context.signal.throwIfAborted();
    const [ours, theirs] = await Promise.all([source.query(sql), target.query(sql)]);
    const difference = answerDifference(ours, theirs, isOrdered);
    if (difference !== null) throw unequal(at, sql, difference);
    phase.advance(1);
  }
  phase.done(formatNumberOf("query", queries.length));
}

function unequal(at: number, sql: string, difference: string): DbopsError {
  return new DbopsError("COPY.MISMATCH", {
    message: `query ${at + 1} of --check-queries has another answer at the copy; nothing was made visible`,
    why: `${difference}; ${shortened(sql)}`,
    hint: "both sides hold equal rows: the query itself means another thing there",
  });
}

const LONGEST = 200;

function shortened(sql: string): string {
  const line = sql.replaceAll(/\s+/g, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
