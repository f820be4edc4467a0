/** What a column of a table that is there takes of the values of its type. */
export type ValueLimit =
  /** No NULL. */
  | { readonly kind: "filled" }
  /** Integers of so many bits. */
  | { readonly kind: "range"; readonly bits: 16 | 32 }
  | { readonly kind: "characters"; readonly most: number }
  /** Decimals that have no more digits, `scale` of them behind the point. */
  | { readonly kind: "digits"; readonly precision: number; readonly scale: number }
  | { readonly kind: "words"; readonly values: readonly string[] };

export interface LimitedColumn {
  /** Of the source. */
  readonly column: string;
  readonly limit: ValueLimit;
}

/** Rows whose value a limit does not take. */
export interface BeyondLimit {
  readonly rows: number;
  /** The key of one of them, for people: `id = 7`. */
  readonly at: string;
}
