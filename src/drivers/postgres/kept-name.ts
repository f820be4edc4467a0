import { basicTime } from "../../lib/core/clock.js";

/** PostgreSQL cuts names at 63 bytes without asking, which could make two names one. */
export const NAME_BYTES = 63;

/** Each table has these of its own (https://www.postgresql.org/docs/current/ddl-system-columns.html). */
export const OWN_COLUMNS = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid"] as const;

/** `<database>_before_<time>`, the database's name cut on a character boundary so that all fits. */
export function keptName(database: string, at: Date, attempt = 0): string {
  const ending = `_before_${basicTime(at)}${attempt === 0 ? "" : `_${attempt + 1}`}`;
  return `${cutToBytes(database, NAME_BYTES - ending.length)}${ending}`;
}

/** The longest beginning of `text` of at most `limit` bytes of UTF-8. */
export function cutToBytes(text: string, limit: number): string {
  let kept = "";
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    kept += character;
  }
  return kept;
}
