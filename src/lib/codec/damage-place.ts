/** Where a file is known to be damaged. */
export interface DamagePlace {
  /** Of the stored file; or, where only its content could be read up to there, of that. */
  readonly of: "file" | "content";
  readonly fromByte: number;
  /** The last byte where the damage may begin; null when nothing more is known. */
  readonly toByte: number | null;
}
