import { damagedScript, refusedScript } from "./script-errors.js";
import type { ScriptStatement } from "./script-splitter.js";

const HEAD_BYTES = 200;
const VACUUM_ITSELF = /^VACUUM\s*(?:main\s*)?;$/i;
const TO_SAVEPOINT = /^ROLLBACK\s+(?:TRANSACTION\s+)?TO\b/i;

/** Looks at the statements of an SQL text before they run: no other file may be touched, and all must be committed. */
export class ScriptGuard {
  #statements = 0;
  #isInTransaction = false;

  /** Returns the statement's first word, in capitals. DB.REFUSED, BACKUP.DAMAGED. */
  pass({ bytes, line }: ScriptStatement): string {
    const head = bytes.toString("latin1", 0, HEAD_BYTES);
    const keyword = /^[a-z]+/i.exec(head)?.[0].toUpperCase();
    if (keyword === undefined) throw refusedScript(line, `no statement begins with ${firstWord(bytes)}`);
    if (keyword === "ATTACH" || keyword === "DETACH" || (keyword === "VACUUM" && !VACUUM_ITSELF.test(head))) {
      throw refusedScript(line, `it reaches for other files: ${keyword}`);
    }
    if (keyword === "ROLLBACK" && !TO_SAVEPOINT.test(head)) {
      throw damagedScript(`line ${line} takes everything back (ROLLBACK): its writer met errors in the database`);
    }
    if (keyword === "BEGIN") this.#isInTransaction = true;
    if (keyword === "COMMIT" || keyword === "END") this.#isInTransaction = false;
    this.#statements += 1;
    return keyword;
  }

  /** After the last one; returns how many there were. BACKUP.DAMAGED. */
  end(): number {
    if (this.#statements === 0) throw damagedScript("it holds no statement");
    if (this.#isInTransaction) throw damagedScript("the COMMIT at its end is missing");
    return this.#statements;
  }
}

function firstWord(bytes: Buffer): string {
  return bytes
    .toString("utf8", 0, HEAD_BYTES)
    .split(/[ \t\r\n;]/, 1)
    .join("")
    .slice(0, 20);
}
