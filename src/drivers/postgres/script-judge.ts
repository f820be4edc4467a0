import { refusedScript } from "./script-errors.js";
import type { ScriptPiece } from "./script-reader.js";

type Statement = Extract<ScriptPiece, { kind: "statement" }>;

/** What is done about a statement: rows follow that of `copy`; `needless` ones are not run. */
export interface Judgement {
  readonly act: "run" | "copy" | "needless";
  readonly destroys: boolean;
}

const COPY_ROWS = /^COPY\b[\s\S]*\bFROM\s+STDIN$/i;
const COPY = /^COPY\b/i;
const BEGINS = /^(?:BEGIN|START\s+TRANSACTION)\b/i;
const BEGINS_PLAINLY = /^(?:BEGIN(?:\s+(?:WORK|TRANSACTION))?|START\s+TRANSACTION)$/i;
const COMMITS_PLAINLY = /^(?:COMMIT|END)(?:\s+(?:WORK|TRANSACTION))?$/i;
const ENDS = /^(?:COMMIT|END|ROLLBACK|ABORT|PREPARE\s+TRANSACTION)\b/i;
const TO_SAVEPOINT = /^ROLLBACK\s+(?:(?:WORK|TRANSACTION)\s+)?TO\b/i;
/** The session's own time limits stay. */
const LIFTS_LIMIT =
  /^SET\s+(?:statement_timeout|lock_timeout|idle_in_transaction_session_timeout|transaction_timeout)\s*(?:=|TO)\s*0$/i;
const ENCODING = /^SET\s+(?:SESSION\s+)?client_encoding\b/i;
const AS_IT_IS = /^SET\s+(?:SESSION\s+)?client_encoding\s*(?:=|TO)\s*'?(?:utf-?8|unicode|sql_ascii)'?$/i;
const CONFORMING = /^SET\s+standard_conforming_strings\s*(?:=|TO)\s*'?on'?$/i;
/** DO and CALL may do anything. */
const DESTROYS = /^(?:DROP|DELETE|TRUNCATE|UPDATE|MERGE|DO|CALL)\b/i;
const ALTERS_AWAY = /^ALTER\b[\s\S]*\bDROP\b/i;
const HIDES = /^(?:WITH|EXPLAIN)\b[\s\S]*\b(?:DELETE|UPDATE|MERGE)\b/i;

/** Looks at the statements of a script one after the other: nothing may touch the server's files or end the one transaction. */
export class ScriptJudge {
  readonly #isRecoded: boolean;
  #begunAt: number | null = null;

  constructor(isRecoded: boolean) {
    this.#isRecoded = isRecoded;
  }

  /** DB.REFUSED. */
  judge(statement: Statement): Judgement {
    const { bare, sql, line } = statement;
    if (COPY.test(bare)) return this.#copy(statement);
    if (BEGINS.test(bare)) return this.#begin(statement);
    if (ENDS.test(bare) && !TO_SAVEPOINT.test(bare)) return this.#end(statement);
    if (sql.includes("standard_conforming_strings") && !CONFORMING.test(plain(sql))) {
      throw refusedScript(line, "it changes standard_conforming_strings, and with it the meaning of every string");
    }
    if (ENCODING.test(bare)) return this.#encoding(statement);
    if (LIFTS_LIMIT.test(bare)) return { act: "needless", destroys: false };
    return { act: "run", destroys: DESTROYS.test(bare) || ALTERS_AWAY.test(bare) || HIDES.test(bare) };
  }

  /** After the last statement. DB.REFUSED. */
  end(): void {
    if (this.#begunAt === null) return;
    throw refusedScript(this.#begunAt, "the transaction that begins here is not committed: the script is not whole");
  }

  #copy({ bare, sql, line }: Statement): Judgement {
    // A string could hide another statement from us, and none belongs here.
    const hasString = sql.replaceAll(/"(?:[^"]|"")*"/g, "").includes("'");
    if (COPY_ROWS.test(bare) && !hasString) return { act: "copy", destroys: false };
    if (/\bPROGRAM\b/i.test(bare)) throw refusedScript(line, "it runs a program on the server: COPY … PROGRAM");
    if (!/\b(?:STDIN|STDOUT)\b/i.test(bare)) throw refusedScript(line, "it reaches for a file on the server: COPY");
    throw refusedScript(line, "it copies rows in a form that pg_dump does not write");
  }

  #begin({ bare, line }: Statement): Judgement {
    if (!BEGINS_PLAINLY.test(bare)) throw refusedScript(line, `it begins a transaction of its own kind: ${bare}`);
    if (this.#begunAt !== null) throw refusedScript(line, "it begins a transaction within another one");
    this.#begunAt = line;
    return { act: "needless", destroys: false };
  }

  #end({ bare, line }: Statement): Judgement {
    if (!COMMITS_PLAINLY.test(bare) || this.#begunAt === null) {
      throw refusedScript(line, `it ends the transaction that all of it is run in: ${bare}`);
    }
    this.#begunAt = null;
    return { act: "needless", destroys: false };
  }

  #encoding({ sql, line }: Statement): Judgement {
    if (this.#isRecoded || AS_IT_IS.test(plain(sql))) return { act: "needless", destroys: false };
    throw refusedScript(line, `it is in another encoding, which --encoding must name: ${plain(sql)}`);
  }
}

/** A statement without the comments and blanks before it. */
function plain(sql: string): string {
  return sql.replace(/^(?:\s+|--[^\n]*(?:\n|$))+/, "").trimEnd();
}
