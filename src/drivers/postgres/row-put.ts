import type { FieldValue } from "../../lib/core/field-value.js";
import type { LoadCounts } from "../load-model.js";
import { CopyLines } from "./copy-lines.js";
import type { LoadTarget } from "./load-target.js";
import type { Session } from "./session.js";

/** Some records as one: all of them are put in, or none. */
export interface RowPut {
  /** The name in COPY's messages. */
  readonly relation: string;
  /** Throws the server's error; Unsent for a record that cannot be sent. */
  put(rows: readonly (readonly FieldValue[])[]): Promise<LoadCounts>;
}

/** A record that cannot be spelled for the server, and so was not sent. */
export class Unsent extends Error {
  constructor(
    readonly at: number,
    readonly column: string,
    readonly reason: string,
  ) {
    super(reason);
  }
}

/** Straight into the table. */
export class DirectPut implements RowPut {
  readonly relation: string;
  readonly #session: Session;
  readonly #target: LoadTarget;
  readonly #quoted: string;

  constructor(session: Session, target: LoadTarget, quoted: string) {
    this.relation = target.name;
    this.#session = session;
    this.#target = target;
    this.#quoted = quoted;
  }

  async put(rows: readonly (readonly FieldValue[])[]): Promise<LoadCounts> {
    const copy = new CopyLines(this.#session, { relation: this.#quoted, columns: this.#target.columns });
    const inserted = await sendAll(copy, rows);
    return { inserted, updated: 0, skipped: this.#target.canSkip ? rows.length - inserted : 0 };
  }
}

/** Sends records through one COPY, each line begun by what `prefix` gives. */
export async function sendAll(
  copy: CopyLines,
  rows: readonly (readonly FieldValue[])[],
  prefix: (at: number) => string = () => "",
): Promise<number> {
  let unsent: Unsent | null = null;
  for (const [at, row] of rows.entries()) {
    const unspellable = await copy.add(row, prefix(at));
    if (unspellable === null) continue;
    unsent = new Unsent(at, unspellable.column, unspellable.reason);
    break;
  }
  // The COPY must come to its end before the session can do anything else, even take it back.
  const rowsPut = await copy.end().catch((error: unknown) => {
    if (unsent === null) throw error;
    return 0;
  });
  if (unsent !== null) throw unsent;
  return rowsPut;
}
