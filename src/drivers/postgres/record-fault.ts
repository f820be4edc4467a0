import { DbopsError } from "../../lib/core/errors.js";
import { sqlStateOf } from "./errors.js";

/** What is wrong with records, read from an error of the server. */
export interface RecordFault {
  /** Which record of those sent, from 0; null when the server does not say. */
  readonly at: number | null;
  readonly column: string | null;
  readonly reason: string;
  /** It refers to a row that is not there, and may come later. */
  readonly isReference: boolean;
}

/** Data exceptions, integrity violations, a second update of one row, what a trigger raises. */
const OF_RECORDS = /^(?:22|23|21000|P0001)/;
const FOREIGN_KEY = "23503";
/** Of foreign keys, unique keys and exclusions: the detail names the key and its values. */
const KEYS = new Set([FOREIGN_KEY, "23505", "23P01"]);

/** null for errors that say nothing of the records. `relation` is the name that COPY was given, without schema. */
export function recordFault(thrown: unknown, relation: string): RecordFault | null {
  const state = sqlStateOf(thrown);
  if (state === null || !OF_RECORDS.test(state) || !(thrown instanceof DbopsError)) return null;
  const fields = thrown.cause;
  const context = placeIn(textOf(fields, "where") ?? "", relation);
  const detail = state.startsWith("23") ? textOf(fields, "detail") : null;
  const said = [textOf(fields, "message") ?? thrown.message, detail];
  return {
    at: context.at,
    column: textOf(fields, "column") ?? (KEYS.has(state) ? keyIn(detail ?? "") : null) ?? context.column,
    reason: said.filter((words) => words !== null).join("; "),
    isReference: state === FOREIGN_KEY,
  };
}

/** The name of the table that an error is about. */
export function tableOfError(thrown: unknown): { readonly schema: string | null; readonly name: string } | null {
  const fields = thrown instanceof DbopsError ? thrown.cause : null;
  const name = textOf(fields, "table");
  return name === null ? null : { schema: textOf(fields, "schema"), name };
}

/** The columns of a detail, whatever its language: `Key (a, b)=(1, 2) already exists.` */
function keyIn(detail: string): string | null {
  const key = /\((.+?)\)=\(/.exec(detail)?.[1] ?? null;
  return key !== null && /^"(?:[^"]|"")+"$/.test(key) ? key.slice(1, -1).replaceAll('""', '"') : key;
}

/** COPY's context, whatever its language: `COPY t, line 3, column n: "x"`. */
function placeIn(where: string, relation: string): { readonly at: number | null; readonly column: string | null } {
  const line = where.split("\n").find((text) => text.startsWith(`COPY ${relation}, `));
  if (line === undefined) return { at: null, column: null };
  const rest = line.slice(`COPY ${relation}, `.length);
  const number = /^\D*(\d+)/.exec(rest);
  const column = /^\D*\d+\D*?, \S+ (.+?)(?:: "|: null|$)/.exec(rest);
  return { at: number === null ? null : Number(number[1]) - 1, column: column?.[1] ?? null };
}

function textOf(fields: unknown, name: string): string | null {
  if (typeof fields !== "object" || fields === null || !(name in fields)) return null;
  const value = Reflect.get(fields, name);
  return typeof value === "string" && value !== "" ? value : null;
}
