import type { CopyReader } from "../../drivers/copy-rows-model.js";
import { DbopsError } from "../core/errors.js";
import { formatNumberOf } from "../core/units.js";
import type { CopyJob } from "./copy-job.js";
import { type Answer, answerDifference } from "./query-answers.js";
import { splitQueries } from "./split-queries.js";

/** Asks both sides the user's own queries. COPY.MISMATCH for the first one that they answer in different ways. */
export async function checkQueries({ checkQueries: script, source, target, context }: CopyJob): Promise<void> {
  if (script === null) return;
  const queries = splitQueries(script);
  const phase = context.progress.phase("asking both sides", { total: queries.length });
  for (const [at, { sql, isOrdered }] of queries.entries()) {
    context.signal.throwIfAborted();
    const which = `query ${at + 1} of --check-queries`;
    const ours = await answerOf(source, sql, (why) => refusedBySource(which, sql, why));
    const theirs = await answerOf(target, sql, (why) => unequal(which, sql, `refused there: ${why}`));
    const difference = answerDifference(ours, theirs, isOrdered);
    if (difference !== null) throw unequal(which, sql, difference);
    phase.advance(1);
  }
  phase.done(formatNumberOf("query", queries.length));
}

async function answerOf(reader: CopyReader, sql: string, refused: (why: string) => DbopsError): Promise<Answer> {
  try {
    return await reader.query(sql);
  } catch (error) {
    if (!(error instanceof DbopsError) || error.exitName !== "FAILED") throw error;
    throw refused(error.why ?? error.message);
  }
}

function refusedBySource(which: string, sql: string, why: string): DbopsError {
  return new DbopsError("DB.REFUSED", {
    message: `${which} is refused by the source; nothing was made visible`,
    why: `${why}; ${shortened(sql)}`,
    hint: "write it so that both databases understand it, or leave it out",
  });
}

function unequal(which: string, sql: string, difference: string): DbopsError {
  return new DbopsError("COPY.MISMATCH", {
    message: `${which} has another answer at the copy; nothing was made visible`,
    why: `${difference}; ${shortened(sql)}`,
    hint: "both sides hold equal rows: the query itself means something else there",
  });
}

const LONGEST = 200;

function shortened(sql: string): string {
  const line = sql.replaceAll(/\s+/g, " ");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
