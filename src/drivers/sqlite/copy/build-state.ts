import type { Checkpoint } from "../../copy-target-model.js";
import type { TableName } from "../../driver.js";
import type { Cell } from "./encode-cell.js";
import type { RowClient } from "./row-client.js";
import { type SelectedRows, unexpectedAnswer } from "./row-protocol.js";

const STATE = "dbops_copy_state";
const CHUNKS = "dbops_copy_chunk";

/** What a file that is being built tells of itself, in tables that go before it is published. */
export class BuildState {
  readonly #client: RowClient;

  constructor(client: RowClient) {
    this.#client = client;
  }

  /** The statements that make and remove its tables. */
  static readonly makeSql = `CREATE TABLE ${STATE} (name TEXT PRIMARY KEY, value TEXT) STRICT, WITHOUT ROWID;
    CREATE TABLE ${CHUNKS} ("table" TEXT, chunk INTEGER, after TEXT, last_key TEXT, rows INTEGER, sha256 TEXT,
      is_last INTEGER, PRIMARY KEY ("table", chunk)) STRICT, WITHOUT ROWID;`;
  static readonly dropSql = `DROP TABLE ${STATE}; DROP TABLE ${CHUNKS};`;
  /** Their names, for whoever looks at what a user has made. */
  static readonly tables: readonly string[] = [STATE, CHUNKS];

  async exists(): Promise<boolean> {
    const rows = await this.#select("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", [STATE]);
    return rows.length > 0;
  }

  async get(name: string): Promise<string | null> {
    const [row] = await this.#select(`SELECT value FROM ${STATE} WHERE name = ?`, [name]);
    const value = row?.[0] ?? null;
    return value === null ? null : String(value);
  }

  async set(name: string, value: string): Promise<void> {
    await this.#change(`INSERT OR REPLACE INTO ${STATE} VALUES (?, ?)`, [name, value]);
  }

  async checkpoints(): Promise<readonly Checkpoint[]> {
    const rows = await this.#select(
      `SELECT "table", chunk, after, last_key, rows, sha256, is_last FROM ${CHUNKS} ORDER BY "table", chunk`,
      [],
    );
    return rows.map(([table, chunk, after = null, lastKey = null, count, sha256, isLast]) => ({
      table: { schema: null, name: String(table) },
      chunk: Number(chunk),
      after: textOrNull(after),
      lastKey: textOrNull(lastKey),
      rows: Number(count),
      sha256: String(sha256),
      isLast: isLast === 1n,
    }));
  }

  async add({ table, chunk, after, lastKey, rows, sha256, isLast }: Checkpoint): Promise<void> {
    const values = [table.name, BigInt(chunk), after, lastKey, BigInt(rows), sha256, isLast ? 1n : 0n];
    await this.#change(`INSERT INTO ${CHUNKS} VALUES (?, ?, ?, ?, ?, ?, ?)`, values);
  }

  /** Those of a table from one on. */
  async forget({ name }: TableName, chunk: number): Promise<void> {
    await this.#change(`DELETE FROM ${CHUNKS} WHERE "table" = ? AND chunk >= ?`, [name, BigInt(chunk)]);
  }

  async #change(sql: string, parameters: readonly (Cell | null)[]): Promise<void> {
    await this.#client.ask({ kind: "change", sql, parameters });
  }

  async #select(sql: string, parameters: readonly (Cell | null)[]): Promise<SelectedRows> {
    const answer = await this.#client.ask({ kind: "select", sql, parameters });
    return answer.of === "select" ? answer.rows : unexpectedAnswer(answer);
  }
}

function textOrNull(cell: Cell | null): string | null {
  return cell === null ? null : String(cell);
}
