import { firstWords } from "../../lib/core/first-words.js";
import type { DestroyingStatement, ScriptFacts, ScriptText } from "../script-model.js";
import type { Connection } from "./connection.js";
import { refusedRun } from "./script-errors.js";
import { ScriptJudge } from "./script-judge.js";
import { ScriptSplitter, type ScriptStatement } from "./script-splitter.js";

const SHOWN = 10;

/** Reads a script to its end before anything of it is run. DB.REFUSED for what is not run here, with its line. */
export async function examineScript(text: ScriptText, connection: Connection): Promise<ScriptFacts> {
  const examination = new Examination(hasCounters(connection));
  try {
    for await (const bytes of text.chunks()) examination.take(bytes);
    return examination.end();
  } catch (error) {
    throw refusedRun(error);
  }
}

class Examination {
  readonly #splitter = new ScriptSplitter();
  readonly #judge: ScriptJudge;
  readonly #firstDestroying: DestroyingStatement[] = [];
  #statements = 0;
  #destroying = 0;

  constructor(hasCounters: boolean) {
    this.#judge = new ScriptJudge(hasCounters);
  }

  take(bytes: Buffer): void {
    for (const statement of this.#splitter.take(bytes)) {
      this.#statements += 1;
      if (this.#judge.judge(statement).destroys) this.#note(statement);
    }
  }

  end(): ScriptFacts {
    this.#splitter.end();
    this.#judge.end();
    const firstDestroying = this.#firstDestroying;
    return { statements: this.#statements, destroying: this.#destroying, firstDestroying };
  }

  #note({ bytes, line }: ScriptStatement): void {
    this.#destroying += 1;
    if (this.#firstDestroying.length === SHOWN) return;
    this.#firstDestroying.push({ line, words: firstWords(bytes.toString("utf8").slice(0, -1)) });
  }
}

function hasCounters(connection: Connection): boolean {
  if (connection.count("SELECT count(*) FROM sqlite_schema WHERE name = 'sqlite_sequence'") === 0) return false;
  return connection.count("SELECT count(*) FROM sqlite_sequence") > 0;
}
