/** How a file of delimited text is spelled. */
export interface CsvDialect {
  /** One character. */
  readonly delimiter: string;
  /** One character. */
  readonly quote: string;
  /** An unquoted field that is this is NULL; null = an unquoted empty field is. */
  readonly nullText: string | null;
  /** Whether a NUL character may stand in a field: only in what we wrote ourselves. */
  readonly canHoldNul: boolean;
}
