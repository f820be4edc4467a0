const MOST_CHARS = 80;

/** A statement as one line, cut where it gets long. */
export function firstWords(sql: string): string {
  const line = sql.trim().replaceAll(/\s+/g, " ");
  return line.length > MOST_CHARS ? `${line.slice(0, MOST_CHARS - 1)}…` : line;
}
