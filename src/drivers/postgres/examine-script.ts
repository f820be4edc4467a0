import type { DestroyingStatement, ScriptFacts, ScriptText } from "../script-model.js";
import { ScriptJudge } from "./script-judge.js";
import { readScript } from "./script-reader.js";

const SHOWN = 10;
const SHOWN_CHARS = 80;

/** Reads a script to its end before anything of it is run. DB.REFUSED for what is not run here, with its line. */
export async function examineScript(text: ScriptText): Promise<ScriptFacts> {
  const judge = new ScriptJudge(text.isRecoded);
  const firstDestroying: DestroyingStatement[] = [];
  let statements = 0;
  let destroying = 0;
  for await (const piece of readScript(text.chunks())) {
    if (piece.kind !== "statement") continue;
    statements += 1;
    if (!judge.judge(piece).destroys) continue;
    destroying += 1;
    if (firstDestroying.length < SHOWN) firstDestroying.push({ line: piece.line, words: wordsOf(piece.sql) });
  }
  judge.end();
  return { statements, destroying, firstDestroying };
}

function wordsOf(sql: string): string {
  const line = sql.trim().replaceAll(/\s+/g, " ");
  return line.length > SHOWN_CHARS ? `${line.slice(0, SHOWN_CHARS - 1)}…` : line;
}
