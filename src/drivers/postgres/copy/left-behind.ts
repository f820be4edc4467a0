import { DbopsError } from "../../../lib/core/errors.js";
import type { NotCarried } from "../../copy-source-model.js";
import { sqlStateOf } from "../errors.js";
import type { Session } from "../session.js";

/** A statement whose object a copy may do without. */
export interface Dispensable {
  readonly kind: NotCarried["kind"];
  /** With its table where it has one. */
  readonly name: string;
  readonly sql: string;
  /** An earlier run may have made it, and nothing else can have its name. */
  readonly mayBeThere?: boolean;
}

/** SQLSTATEs of "already exists", of tables and indexes, constraints and types, functions, primary keys. */
export const IS_THERE = new Set(["42P07", "42710", "42723", "42P16"]);

/** Runs it, not within a transaction; what the server does not take is left behind, with its words. */
export async function leftBehind(session: Session, part: Dispensable): Promise<readonly NotCarried[]> {
  const { kind, name, sql, mayBeThere = false } = part;
  try {
    await session.run(sql);
    return [];
  } catch (error) {
    if (!(error instanceof DbopsError) || error.code !== "DB.REFUSED") throw error;
    if (mayBeThere && IS_THERE.has(sqlStateOf(error) ?? "")) return [];
    return [{ kind, name, reason: error.why ?? error.message, sql }];
  }
}
