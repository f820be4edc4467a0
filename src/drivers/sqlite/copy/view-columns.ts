import type { CopyColumn } from "../../copy-rows-model.js";
import type { CopyType } from "../../copy-type-model.js";
import { quoteIdent } from "../quote-ident.js";
import { quoteText } from "../quote-text.js";
import type { RowClient } from "./row-client.js";
import { unexpectedAnswer } from "./row-protocol.js";

/** What a view's columns hold: nothing else tells their types. */
export async function viewColumns(client: RowClient, view: string): Promise<readonly CopyColumn[]> {
  const names = await select(client, `SELECT name FROM pragma_table_info(${quoteText(view)}) ORDER BY cid`);
  const columns: CopyColumn[] = [];
  for (const [cell] of names) {
    const name = String(cell);
    const classes = await select(client, `SELECT DISTINCT typeof(${quoteIdent(name)}) FROM ${quoteIdent(view)}`);
    const type = typeOf(new Set(classes.map(([kind]) => String(kind))));
    columns.push({ name, type, stored: { as: "value" }, misfit: "fail" });
  }
  return columns;
}

function typeOf(classes: ReadonlySet<string>): CopyType {
  if (classes.has("blob")) return { kind: "bytes" };
  if (classes.has("text")) return { kind: "text" };
  if (classes.has("real")) return { kind: "double" };
  return classes.has("integer") ? { kind: "integer", bits: 64 } : { kind: "text" };
}

async function select(client: RowClient, sql: string) {
  const answer = await client.ask({ kind: "select", sql, parameters: [] });
  return answer.of === "select" ? answer.rows : unexpectedAnswer(answer);
}
