import { DbopsError } from "../../../lib/core/errors.js";
import type { NotCarried } from "../../copy-source-model.js";
import type { Session } from "../session.js";

/** A statement whose object a copy may do without. */
export interface Dispensable {
  readonly kind: NotCarried["kind"];
  /** With its table where it has one. */
  readonly name: string;
  readonly sql: string;
}

/** Runs it, not within a transaction; what the server does not take is left behind, with its words. */
export async function leftBehind(session: Session, { kind, name, sql }: Dispensable): Promise<readonly NotCarried[]> {
  try {
    await session.run(sql);
    return [];
  } catch (error) {
    if (!(error instanceof DbopsError) || error.code !== "DB.REFUSED") throw error;
    return [{ kind, name, reason: error.why ?? error.message, sql }];
  }
}
