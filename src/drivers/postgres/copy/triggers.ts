import type { TableName } from "../../driver.js";
import { quoteIdent, quoteQualified } from "../quote-ident.js";
import type { Session } from "../session.js";

export interface StoppedTrigger {
  readonly table: TableName;
  readonly name: string;
  /** How it is switched on again. */
  readonly words: string;
}

const WORDS: Readonly<Record<string, string>> = { R: "ENABLE REPLICA TRIGGER", A: "ENABLE ALWAYS TRIGGER" };

/**
 * Switches the tables' own triggers off until the transaction's end or `resumeTriggers`. Those that keep foreign keys stay:
 * session_replication_role would stop these too.
 */
export async function stopTriggers(session: Session, tables: readonly TableName[]): Promise<readonly StoppedTrigger[]> {
  const stopped: StoppedTrigger[] = [];
  for (const table of tables) {
    const rows = await session.query<{ name: string; state: string }>(
      `SELECT tgname AS name, tgenabled::text AS state FROM pg_trigger
        WHERE tgrelid = to_regclass($1) AND NOT tgisinternal AND tgenabled <> 'D'`,
      [quoteQualified(table)],
    );
    for (const { name, state } of rows) {
      await session.run(`ALTER TABLE ${quoteQualified(table)} DISABLE TRIGGER ${quoteIdent(name)}`);
      stopped.push({ table, name, words: WORDS[state] ?? "ENABLE TRIGGER" });
    }
  }
  return stopped;
}

export async function resumeTriggers(session: Session, stopped: readonly StoppedTrigger[]): Promise<void> {
  for (const { table, name, words } of stopped) {
    await session.run(`ALTER TABLE ${quoteQualified(table)} ${words} ${quoteIdent(name)}`);
  }
}
