import { COMPRESSION_EXTENSIONS, type Compression } from "../codec/choose-compression.js";
import { DbopsError } from "../core/errors.js";

/** What the files of a folder may be. */
export const FOLDER_FORMATS = ["csv", "tsv", "json", "ndjson"] as const;
export type FolderFormat = (typeof FOLDER_FORMATS)[number];
export const TEXT_FORMATS = [...FOLDER_FORMATS, "sql"] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];
/** The kind of file that is a database by itself. */
export const DATABASE_FORMAT = "sqlite";
export const EXPORT_FORMATS = [...TEXT_FORMATS, DATABASE_FORMAT] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** What is made where; the name says it. */
export type OutputForm =
  | { readonly kind: "text"; readonly format: TextFormat; readonly compression: Compression }
  | { readonly kind: "database" }
  | { readonly kind: "folder"; readonly format: FolderFormat; readonly compression: Compression }
  | { readonly kind: "archive"; readonly format: FolderFormat; readonly container: "zip" | "tar.gz" };

export interface FormWish {
  /** As given with --output. */
  readonly output: string;
  readonly format: ExportFormat | null;
  readonly compress: Compression | null;
  /** What the name leads to is no file or folder, but a pipe or device: whatever its name, it takes one text. */
  readonly isStream: boolean;
}

const TEXT = /\.(csv|tsv|ndjson|jsonl|json|sql)(\.gz|\.zst)?$/i;
const DATABASE = /\.(?:sqlite3?|db)$/i;
const ARCHIVE = /\.(zip|tar\.gz|tgz)$/i;

/** Files of data that others make: nobody who writes such a name wants a folder of CSV files. */
const FOREIGN = /\.(?:parquet|avro|arrow|feather|xlsx?|ods|xml|ya?ml|txt|dump|bz2|xz|7z|rar)$/i;

/** The form that an output's name and --format mean together. USAGE.INVALID where they contradict each other. */
export function outputForm({ output, format, compress, isStream }: FormWish): OutputForm {
  const text = TEXT.exec(output);
  if (output === "-" || (isStream && text === null)) return streamForm(format ?? "csv", compress);
  const database = DATABASE.exec(output);
  const archive = ARCHIVE.exec(output);
  const extension = (text ?? database ?? archive)?.[0];
  if (extension !== undefined && compress !== null) throw compressedByName(extension);
  if (text !== null) return textForm(text, format);
  if (database !== null) {
    agree(database[0], DATABASE_FORMAT, format);
    return { kind: "database" };
  }
  if (archive === null && FOREIGN.test(output)) throw foreign(output);
  const inFolder = folderFormat(output, format);
  if (archive === null) return { kind: "folder", format: inFolder, compression: compress ?? "none" };
  return { kind: "archive", format: inFolder, container: /zip$/i.test(archive[0]) ? "zip" : "tar.gz" };
}

function streamForm(format: ExportFormat, compress: Compression | null): OutputForm {
  const text = TEXT_FORMATS.find((each) => each === format);
  if (text !== undefined) return { kind: "text", format: text, compression: compress ?? "none" };
  throw new DbopsError("USAGE.INVALID", {
    message: "a SQLite file cannot be written to the standard output",
    hint: "name a file: --output export.sqlite",
  });
}

function textForm([extension, word = "", packed]: RegExpExecArray, format: ExportFormat | null): OutputForm {
  const named = word.toLowerCase() === "jsonl" ? "ndjson" : word.toLowerCase();
  const found = TEXT_FORMATS.find((each) => each === named);
  if (found === undefined) throw new Error(`no format is called ${named}`);
  agree(extension, found, format);
  return { kind: "text", format: found, compression: compressionOf(packed?.toLowerCase() ?? "") };
}

function compressionOf(extension: string): Compression {
  if (extension === COMPRESSION_EXTENSIONS.zstd) return "zstd";
  return extension === COMPRESSION_EXTENSIONS.gzip ? "gzip" : "none";
}

function agree(extension: string, named: ExportFormat, format: ExportFormat | null): void {
  if (format === null || format === named) return;
  throw new DbopsError("USAGE.INVALID", {
    message: `--format ${format} and an output that ends in ${extension} contradict each other`,
    hint: "leave --format out, or give the output another name",
  });
}

function folderFormat(output: string, format: ExportFormat | null): FolderFormat {
  if (format === null) return "csv";
  const found = FOLDER_FORMATS.find((each) => each === format);
  if (found !== undefined) return found;
  throw new DbopsError("USAGE.INVALID", {
    message: `--format ${format} makes one file, and ${output} would be a folder of files`,
    hint: `give the output a name that ends in .${format}`,
  });
}

function foreign(output: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `the name ${output} says no format that dbops writes`,
    why: `it writes .${TEXT_FORMATS.join(", .")}, each also .gz and .zst, .${DATABASE_FORMAT}, .zip, .tar.gz and folders`,
    hint: "end the name in one of these, or in / for a folder",
  });
}

function compressedByName(extension: string): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message: `--compress goes with folders and the standard output, not with ${extension}`,
    why: "the extension of a single file says how it is compressed",
    hint: "end its name in .gz or .zst",
  });
}
