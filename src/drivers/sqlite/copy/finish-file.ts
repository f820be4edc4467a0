import { DbopsError } from "../../../lib/core/errors.js";
import type { NotCarried, UncarriedKind } from "../../copy-source-model.js";
import type { TargetDesign, TargetTable } from "../../copy-target-model.js";
import { quoteText } from "../quote-text.js";
import type { RowClient } from "./row-client.js";
import { unexpectedAnswer } from "./row-protocol.js";
import { indexSql, rowidColumn } from "./table-sql.js";

const RETURNING_KINDS: Readonly<Record<TargetDesign["returning"][number]["kind"], UncarriedKind>> = {
  table: "functions",
  column: "generated",
  view: "views",
  trigger: "triggers",
  index: "indexes",
  other: "functions",
};

/** Makes what comes after the rows; what SQLite does not take of it is told. May be done again. COPY.REFUSED for broken references. */
export async function finishFile(client: RowClient, design: TargetDesign): Promise<readonly NotCarried[]> {
  const refused: NotCarried[] = [];
  for (const table of design.tables) refused.push(...(await makeIndexes(client, table)), ...lostNumbering(table));
  for (const table of design.tables) await setNumbering(client, table);
  for (const { kind, name, sql } of design.returning) {
    const reason = (await hasObject(client, kind, { name })) ? null : await reasonAgainst(client, sql);
    if (reason !== null) refused.push({ kind: RETURNING_KINDS[kind], name, reason, sql });
  }
  await requireReferences(client, design.tables);
  return refused;
}

async function makeIndexes(client: RowClient, table: TargetTable): Promise<readonly NotCarried[]> {
  const refused: NotCarried[] = [];
  for (const index of table.indexes) {
    if (await hasObject(client, "index", { name: index.name, table: table.name.name })) continue;
    const sql = indexSql(index, table.name.name);
    const reason = await reasonAgainst(client, sql);
    if (reason !== null) refused.push({ kind: "indexes", name: `${table.name.name}.${index.name}`, reason, sql });
  }
  return refused;
}

/** Only the rowid numbers itself. */
function lostNumbering(table: TargetTable): readonly NotCarried[] {
  const rowid = rowidColumn(table);
  return table.columns
    .filter((column) => column.identity !== null && column !== rowid && table.definition === null)
    .map(({ name }) => ({
      kind: "defaults",
      name: `${table.name.name}.${name}`,
      reason: "only the one INTEGER column of a primary key numbers itself",
      sql: null,
    }));
}

/** Numbers that were given once are not given again. */
export async function setNumbering(client: RowClient, table: TargetTable): Promise<void> {
  const identity = table.columns.find(({ identity }) => identity?.isMonotonic)?.identity ?? null;
  if (identity === null || !(await hasObject(client, "table", { name: "sqlite_sequence" }))) return;
  const isCounting = await select(
    client,
    `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ? AND sql LIKE '%AUTOINCREMENT%'`,
    [table.name.name],
  );
  if (isCounting.length === 0) return;
  const [name, last] = [quoteText(table.name.name), identity.next - 1n];
  await client.ask({
    kind: "run",
    sql: `INSERT INTO sqlite_sequence (name, seq) SELECT ${name}, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = ${name});
      UPDATE sqlite_sequence SET seq = max(seq, ${last}) WHERE name = ${name}`,
  });
}

/** Not of keys that rows which are there already may break. */
async function requireReferences(client: RowClient, tables: readonly TargetTable[]): Promise<void> {
  for (const table of tables) {
    if (table.foreignKeys.length === 0 || table.foreignKeys.some(({ isValidated }) => !isValidated)) continue;
    const [row] = await select(
      client,
      `SELECT rowid, parent FROM pragma_foreign_key_check(${quoteText(table.name.name)}) LIMIT 1`,
      [],
    );
    if (row === undefined) continue;
    const place = row[0] === null ? "" : `, at rowid ${row[0]}`;
    // Rows that refer to nothing at the source are known from the plan.
    throw new DbopsError("COPY.REFUSED", {
      message: `${table.name.name} has a row whose reference finds nothing in ${row[1]}${place}`,
      why: "the row that it refers to was left out, or its key is spelled in another way: 1.0 and 1.00 are one number, but two texts",
      hint: "spell both keys alike at the source (of one precision, length or case), or leave the table out with --exclude-tables",
    });
  }
}

async function hasObject(
  client: RowClient,
  type: string,
  { name, table }: { readonly name: string; readonly table?: string },
): Promise<boolean> {
  const rows = await select(
    client,
    `SELECT 1 FROM sqlite_schema WHERE type = ? AND name = ? COLLATE NOCASE AND tbl_name = coalesce(?, tbl_name) COLLATE NOCASE`,
    [type, name, table ?? null],
  );
  return rows.length > 0;
}

/** What the database says against a statement of the schema; null when it has taken it. */
export async function reasonAgainst(client: RowClient, sql: string): Promise<string | null> {
  try {
    await client.ask({ kind: "run", sql });
    return null;
  } catch (error) {
    if (error instanceof DbopsError && error.code === "DB.REFUSED") return error.why ?? error.message;
    throw error;
  }
}

async function select(client: RowClient, sql: string, parameters: readonly (string | null)[]) {
  const answer = await client.ask({ kind: "select", sql, parameters });
  return answer.of === "select" ? answer.rows : unexpectedAnswer(answer);
}
