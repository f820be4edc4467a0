import { DbopsError } from "../../lib/core/errors.js";
import { SETS_TRANSACTION_TIMEOUT } from "./restore-outcome.js";
import { StatementScanner } from "./statement-scanner.js";

/** pg_dump's own protection against names that hold commands; a key of letters and digits. */
export const PERMITTED_COMMAND = /^\\(?:un)?restrict [A-Za-z0-9]+\s*$/;
export const DUMP_START = "-- PostgreSQL database dump";
export const DUMP_END = "-- PostgreSQL database dump complete";
const COPY_ROWS = /^\s*COPY\b[\s\S]*\bFROM\s+STDIN\s*$/i;
const COPY_OTHERWISE = /^\s*COPY\b[\s\S]*\bSTDIN\b/i;
const ENDS_TRANSACTION = /^\s*(?:COMMIT|END|ROLLBACK|ABORT|PREPARE\s+TRANSACTION)\b/i;
const OWN_TRANSACTION = /^(?:BEGIN|COMMIT);\s*$/;
const LIFTS_TRANSACTION_TIMEOUT = /^SET transaction_timeout = 0;\s*$/;
const CONFORMING = /^SET standard_conforming_strings = on;\s*$/;

export interface ScanOptions {
  /** The whole script is loaded in one transaction, which nothing in it may end. */
  readonly isOneTransaction: boolean;
  /** Of the server that it is loaded into. */
  readonly serverMajor: number;
}

/** Reads an SQL script line by line as psql would and refuses every command of psql in it but pg_dump's \restrict. */
export class ScriptScanner {
  readonly #isOneTransaction: boolean;
  readonly #serverMajor: number;
  readonly #statements = new StatementScanner((why) => {
    throw this.#refused(why);
  });
  /** pg_dump's first line was seen and its last one not yet. */
  #isCut = false;
  #line = 0;

  constructor({ isOneTransaction, serverMajor }: ScanOptions) {
    this.#isOneTransaction = isOneTransaction;
    this.#serverMajor = serverMajor;
  }

  /** One line without its end; false when psql need not see it. DB.REFUSED. */
  take(line: string): boolean {
    this.#line += 1;
    if (this.#statements.isInRows) {
      this.#statements.takeRow(line);
      return true;
    }
    const isStart = this.#statements.isBetween;
    if (isStart && PERMITTED_COMMAND.test(line)) return false;
    if (isStart && this.#serverMajor < SETS_TRANSACTION_TIMEOUT && LIFTS_TRANSACTION_TIMEOUT.test(line)) return false;
    // pg_dump puts each large object into a transaction, which would end the one around the whole script.
    if (isStart && this.#isOneTransaction && OWN_TRANSACTION.test(line)) return false;
    if (isStart) this.#isCut = line === DUMP_START || (this.#isCut && line !== DUMP_END);
    if (line.includes("standard_conforming_strings") && !CONFORMING.test(line)) {
      throw this.#refused("it changes standard_conforming_strings, and with it the meaning of every string");
    }
    for (const { bare } of this.#statements.take(line)) this.#judge(bare);
    return true;
  }

  /** After the last line. BACKUP.DAMAGED. */
  end(): void {
    if (this.#statements.unended !== null && !this.#isCut) return;
    throw new DbopsError("BACKUP.DAMAGED", {
      message: "the SQL file is not whole",
      why: this.#isCut ? "pg_dump's last line is missing" : "it ends in the middle of a statement or of a table's rows",
      hint: "fetch the file again, or use another backup",
    });
  }

  #judge(statement: string): void {
    if (!COPY_ROWS.test(statement) && COPY_OTHERWISE.test(statement)) {
      throw this.#refused("it copies rows in a form that pg_dump does not write");
    }
    if (this.#isOneTransaction && ENDS_TRANSACTION.test(statement)) {
      throw this.#refused("it ends the transaction that the whole file must be loaded in");
    }
  }

  #refused(why: string): DbopsError {
    return new DbopsError("DB.REFUSED", {
      message: "the SQL file is not loaded",
      why: `line ${this.#line}: ${why}`,
      hint: "only what pg_dump writes is loaded; run a script that you trust with psql itself",
    });
  }
}
