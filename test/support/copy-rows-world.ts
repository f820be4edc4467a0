import type { CopyColumn, CopyEvent, CopyRead, CopyReject, RowKey } from "#dbops/drivers/copy-rows-model.js";
import type { StoredForm } from "#dbops/drivers/copy-type-model.js";
import { FileReader } from "#dbops/drivers/sqlite/copy/reader.js";
import type { TextChoices } from "#dbops/drivers/sqlite/copy/row-protocol.js";
import { testContext } from "./driver-context.js";
import { sqlite, testFolder } from "./sqlite-files.js";

export const VALUE: StoredForm = { as: "value" };
export const STRICT: TextChoices = { nul: "fail", invalidUtf8: "fail" };
export const BY_ID: RowKey = { kind: "columns", columns: ["id"] };
export const ID: CopyColumn = { name: "id", type: { kind: "integer", bits: 64 }, stored: VALUE, misfit: "fail" };
export const MARK: CopyColumn = { name: "mark", type: { kind: "text" }, stored: VALUE, misfit: "fail" };

/** The second field of each row. */
export function fieldsOf(text: string): readonly string[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split("\t")[1] ?? "");
}

export interface ReadRows {
  readonly text: string;
  readonly rejects: readonly CopyReject[];
  readonly events: readonly CopyEvent[];
}

export async function collect(rows: AsyncIterable<CopyEvent>): Promise<ReadRows> {
  const events: CopyEvent[] = [];
  for await (const event of rows) events.push(event);
  const parts = events.flatMap((event) => (event.kind === "rows" ? [event.bytes] : []));
  const rejects = events.flatMap((event) => (event.kind === "reject" ? [event.reject] : []));
  return { text: Buffer.concat(parts).toString("utf8"), rejects, events };
}

export type Asked = Partial<CopyRead> & Pick<CopyRead, "columns" | "key">;

/** A file with table `t`: a number, a value without a type, and a text that is not plain. */
export async function rowsWorld(values: readonly string[], choices: TextChoices = STRICT) {
  return await fileWorld(
    [
      "CREATE TABLE t (id INTEGER PRIMARY KEY, v, mark TEXT DEFAULT (char(65533)))",
      ...values.map((value) => `INSERT INTO t (v) VALUES (${value})`),
    ],
    choices,
  );
}

export async function fileWorld(statements: readonly string[], choices: TextChoices = STRICT) {
  const folder = await testFolder();
  const { context, ...testing } = await testContext();
  const path = folder.file("rows.sqlite");
  sqlite(path, ...statements);
  const open = { path, isReadOnly: true, isPrivate: false, busyTimeoutMs: 1000 };
  const reader = await FileReader.open(open, choices, context);
  await reader.begin();
  const read = async (asked: Asked): Promise<ReadRows> =>
    await collect(reader.read({ table: { schema: null, name: "t" }, after: null, upTo: null, ...asked }));
  return {
    path,
    reader,
    read,
    rows: async (asked: Asked): Promise<string> => (await read(asked)).text,
    [Symbol.asyncDispose]: async () => {
      await reader[Symbol.asyncDispose]();
      await testing[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}
