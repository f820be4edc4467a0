import { firstWords } from "../../lib/core/first-words.js";
import type { DestroyingStatement, ScriptFacts, ScriptText } from "../script-model.js";
import { ScriptJudge } from "./script-judge.js";
import { readScript } from "./script-reader.js";

const SHOWN = 10;

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
    if (firstDestroying.length < SHOWN) firstDestroying.push({ line: piece.line, words: firstWords(piece.sql) });
  }
  judge.end();
  return { statements, destroying, firstDestroying };
}
