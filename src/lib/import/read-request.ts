import type { Readable } from "node:stream";
import type { Environment } from "../core/environment.js";
import type { ChildRegistry } from "../system/child-registry.js";

/** What a file of records can be told to be. */
export const RECORD_FORMATS = ["csv", "tsv", "json", "ndjson"] as const;
export type RecordFormat = (typeof RECORD_FORMATS)[number];

/** What an input can be told to be. */
export const INPUT_FORMATS = [...RECORD_FORMATS, "sql"] as const;
export type InputFormat = (typeof INPUT_FORMATS)[number];

/** How the bytes of a text stand for characters. */
export const TEXT_ENCODINGS = ["utf-8", "utf-16le", "utf-16be", "latin1", "windows-1252"] as const;
export type TextEncoding = (typeof TEXT_ENCODINGS)[number];

/** What the user said about the spelling of a file; null = found out by looking. */
export interface ReadWish {
  readonly format: InputFormat | "auto";
  /** One character. */
  readonly delimiter: string | null;
  /** One character. */
  readonly quote: string | null;
  readonly encoding: TextEncoding | null;
  /** false = columns are named c1, c2 …; JSON is not concerned. */
  readonly hasHeader: boolean;
  /** An unquoted field of CSV that is this is NULL, and an empty one is not; null = an unquoted empty field is NULL. */
  readonly nullText: string | null;
}

/** A file, folder or archive, or bytes that arrive once. */
export type ReadPlace =
  | { readonly kind: "path"; readonly path: string }
  | { readonly kind: "stream"; readonly stream: Readable; readonly label: string };

export interface ReadRequest extends ReadWish {
  readonly input: ReadPlace;
  /** How many bytes a compressed or archived input may unfold to. */
  readonly maxBytes: number;
  /** A private folder for what must be read twice, made on first use. */
  readonly workDir: () => Promise<string>;
  readonly signal: AbortSignal;
  readonly children: ChildRegistry;
  readonly env: Environment;
  /** Hears what was left out or guessed, in sentences. */
  readonly onNotice: (notice: string) => void;
  /** Hears what may be wrong, in sentences. */
  readonly onWarning: (warning: string) => void;
}
