import type { NotCarried } from "../../copy-source-model.js";
import type { TargetDesign, TargetForeignKey, TargetTable } from "../../copy-target-model.js";
import type { TableName } from "../../driver.js";
import { cutToBytes, NAME_BYTES } from "../kept-name.js";
import { quoteIdent, quoteQualified } from "../quote-ident.js";
import type { Session } from "../session.js";
import type { HiddenPlace } from "./hidden-place.js";
import { keyOf } from "./ledger.js";
import { type Dispensable, leftBehind } from "./left-behind.js";
import type { ReadGate } from "./read-gate.js";
import type { ReadSessions } from "./read-sessions.js";
import { withSessionOf } from "./session-use.js";
import { isReference, splitDefinition } from "./split-definition.js";
import { readTableState } from "./table-state.js";

interface NamedKey {
  readonly table: TargetTable;
  readonly key: TargetForeignKey;
  readonly name: string;
}

export interface MakeReferences {
  readonly place: HiddenPlace;
  readonly sessions: ReadSessions;
  readonly gate: ReadGate;
}

/**
 * Foreign keys when all tables are whole: first said, which locks both tables for a moment, then checked, which lets other
 * checks go on. Those of one table are checked in turn: each keeps the others out.
 */
export async function makeReferences(design: TargetDesign, how: MakeReferences): Promise<readonly NotCarried[]> {
  const { place, sessions } = how;
  const left: NotCarried[] = [];
  const unchecked: (readonly NamedKey[])[] = [];
  await withSessionOf(sessions, async (session) => {
    for (const table of design.tables) {
      if (table.definition !== null) left.push(...(await runReferences(session, table, place)));
      else {
        const said = await sayReferences(session, table, { place, design });
        left.push(...said.left);
        if (said.unchecked.length > 0) unchecked.push(said.unchecked);
      }
    }
  });
  const checked = unchecked.map((keys) => withSessionOf(sessions, (session) => checkAll(session, keys, how)));
  for (const one of await Promise.allSettled(checked)) {
    if (one.status === "rejected") throw one.reason;
    left.push(...one.value);
  }
  return left;
}

async function sayReferences(
  session: Session,
  table: TargetTable,
  { place, design }: { readonly place: HiddenPlace; readonly design: TargetDesign },
): Promise<{ readonly left: readonly NotCarried[]; readonly unchecked: readonly NamedKey[] }> {
  if (table.foreignKeys.length === 0) return { left: [], unchecked: [] };
  const state = await readTableState(session, place.of(table.name));
  const made = new Set(design.tables.map(({ name }) => keyOf(name)));
  const left: NotCarried[] = [];
  const unchecked: NamedKey[] = [];
  for (const named of withNames(table)) {
    if (!state.constraints.has(named.name)) {
      const refused = await leftBehind(session, saying(named, place, made));
      left.push(...refused);
      if (refused.length > 0) continue;
    } else if (!state.unvalidated.has(named.name)) continue;
    if (named.key.isValidated) unchecked.push(named);
  }
  return { left, unchecked };
}

/** Names are given here where the source has none: what is checked later must be called something. */
function withNames(table: TargetTable): readonly NamedKey[] {
  const taken = new Set(table.foreignKeys.map(({ name }) => name));
  return table.foreignKeys.map((key) => {
    if (key.name !== null) return { table, key, name: key.name };
    let name = "";
    for (let attempt = 0; attempt === 0 || taken.has(name); attempt += 1) {
      const ending = `_fkey${attempt === 0 ? "" : attempt}`;
      name = `${cutToBytes([table.name.name, ...key.columns].join("_"), NAME_BYTES - ending.length)}${ending}`;
    }
    taken.add(name);
    return { table, key, name };
  });
}

function saying({ table, key, name }: NamedKey, place: HiddenPlace, made: ReadonlySet<string>): Dispensable {
  const { columns, references, onDelete, onUpdate, isDeferrable, isInitiallyDeferred } = key;
  const whole: TableName = made.has(keyOf(references.table)) ? place.of(references.table) : references.table;
  const parts = [
    `ALTER TABLE ${place.quoted(table.name)} ADD CONSTRAINT ${quoteIdent(name)}`,
    `FOREIGN KEY (${columns.map(quoteIdent).join(", ")})`,
    `REFERENCES ${quoteQualified(whole)} (${references.columns.map(quoteIdent).join(", ")})`,
    `ON DELETE ${onDelete.toUpperCase()} ON UPDATE ${onUpdate.toUpperCase()}`,
    ...(isDeferrable ? [`DEFERRABLE INITIALLY ${isInitiallyDeferred ? "DEFERRED" : "IMMEDIATE"}`] : []),
    "NOT VALID",
  ];
  return { kind: "foreign-keys", name: `${table.name.name}.${name}`, sql: parts.join(" ") };
}

async function checkAll(
  session: Session,
  keys: readonly NamedKey[],
  { place, gate }: MakeReferences,
): Promise<readonly NotCarried[]> {
  const left: NotCarried[] = [];
  for (const { table, name } of keys) {
    const quoted = place.quoted(table.name);
    const refused = await leftBehind(session, {
      kind: "foreign-keys",
      name: `${table.name.name}.${name}`,
      sql: `ALTER TABLE ${quoted} VALIDATE CONSTRAINT ${quoteIdent(name)}`,
    });
    if (refused.length > 0)
      await gate.alone(() => session.run(`ALTER TABLE ${quoted} DROP CONSTRAINT ${quoteIdent(name)}`));
    left.push(...refused);
  }
  return left;
}

async function runReferences(session: Session, table: TargetTable, place: HiddenPlace): Promise<readonly NotCarried[]> {
  const left: NotCarried[] = [];
  await session.run(`SET search_path = ${place.pathFor(table.name.schema)}`);
  for (const sql of splitDefinition(table.definition ?? "").after.filter(isReference)) {
    left.push(...(await leftBehind(session, { kind: "foreign-keys", name: table.name.name, sql, mayBeThere: true })));
  }
  await session.run("SET search_path = ''");
  return left;
}
