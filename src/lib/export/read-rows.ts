import type { ReadView, RowFacts, RowFormat } from "../../drivers/view-model.js";
import { DbopsError } from "../core/errors.js";
import { heldPromise } from "../core/held-promise.js";
import type { Phase } from "../core/progress.js";
import type { ChosenRows } from "./choose-rows.js";

/** What became of chosen rows. */
export interface WrittenRows extends RowFacts {
  readonly chosen: ChosenRows;
  /** As text, before any compression; null where rows went into a database without becoming one. */
  readonly bytes: number | null;
}

/** Where an export stands: what is read, and what was read. */
export interface Reading {
  readonly view: ReadView;
  readonly phase: Phase;
  /** Filled in the order of reading. */
  readonly written: WrittenRows[];
}

/** The text of chosen rows, chunk by chunk. Its end means that all rows were read, and `written` then tells of them. */
export async function* readRows(chosen: ChosenRows, format: RowFormat, reading: Reading): AsyncGenerator<Buffer> {
  const { stream, ended } = reading.view.encode(chosen.source, format);
  const facts = heldPromise(ended);
  let bytes = 0;
  try {
    for await (const chunk of stream) {
      const piece: Buffer = chunk;
      bytes += piece.length;
      reading.phase.advance(piece.length);
      yield piece;
    }
  } catch (broken) {
    // A stream only knows that it broke; whoever fills it knows why.
    await facts.catch((cause: unknown) => Promise.reject(ofTable(chosen, cause)));
    throw broken;
  }
  reading.written.push({ ...(await facts), chosen, bytes });
}

/** Of many tables, the one whose rows a format cannot hold. */
function ofTable({ key, table }: ChosenRows, cause: unknown): unknown {
  if (!(cause instanceof DbopsError) || table === null || !cause.code.startsWith("EXPORT.")) return cause;
  const { code, message, why, hint } = cause;
  return new DbopsError(code, { message: `${key}: ${message}`, why: why ?? undefined, hint: hint ?? undefined, cause });
}
