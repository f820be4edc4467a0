import type { CopyColumn } from "../../copy-rows-model.js";
import type { TableName } from "../../driver.js";
import type { Session } from "../session.js";
import type { HiddenPlace } from "./hidden-place.js";
import { leftBehind } from "./left-behind.js";
import { vacateName } from "./vacate-name.js";
import { readViewColumns } from "./view-columns.js";

/** Makes a view anew over hidden tables, whose names need no schema in it. */
export async function addView(
  session: Session,
  { name, sql }: { readonly name: TableName; readonly sql: string },
  place: HiddenPlace,
): Promise<{ readonly columns: readonly CopyColumn[] } | { readonly reason: string }> {
  await vacateName(session, { schema: place.schemaFor(name.schema), name: name.name });
  await session.run(
    `DROP VIEW IF EXISTS ${place.quoted(name)} CASCADE; SET search_path = ${place.pathFor(name.schema)}`,
  );
  const statement = `CREATE VIEW ${place.quoted(name)} AS ${sql}`;
  const [refused] = await leftBehind(session, { kind: "views", name: name.name, sql: statement });
  await session.run("SET search_path = ''");
  if (refused !== undefined) return { reason: refused.reason };
  return { columns: await readViewColumns(session, place.of(name)) };
}

export async function dropView(session: Session, name: TableName, place: HiddenPlace): Promise<void> {
  await session.run(`DROP VIEW IF EXISTS ${place.quoted(name)}`);
}
