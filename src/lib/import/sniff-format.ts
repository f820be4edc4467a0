import { DbopsError } from "../core/errors.js";
import type { InputFormat } from "./read-request.js";

const FAMILIES = {
  csv: "delimited text",
  tsv: "delimited text",
  json: "JSON",
  ndjson: "JSON",
  sql: "SQL",
} as const satisfies Record<InputFormat, string>;

export interface FormatClues {
  /** For messages. */
  readonly place: string;
  /** What the user says. */
  readonly wished: InputFormat | "auto";
  /** What the file's name says. */
  readonly named: InputFormat | null;
}

/** The format of a text: as wished, else as named, else by how it begins. USAGE.INVALID when wish and name cannot both be true. */
export function sniffFormat(head: string, { place, wished, named }: FormatClues): InputFormat {
  if (wished === "auto") return named ?? formatOfText(head);
  if (named === null || FAMILIES[named] === FAMILIES[wished]) return wished;
  throw new DbopsError("USAGE.INVALID", {
    message: `${place} cannot be read as ${wished}`,
    why: `its name says ${named}`,
    hint: `leave --format out, or give the file a name that ends in .${wished}`,
  });
}

function formatOfText(head: string): InputFormat {
  const text = head.trimStart();
  if (text.startsWith("[")) return "json";
  if (!text.startsWith("{")) return "csv";
  return beginsWithRecord(text) ? "ndjson" : "json";
}

/** Whether the first line is an object by itself, and no list of tables. */
function beginsWithRecord(text: string): boolean {
  const end = text.indexOf("\n");
  const first = end === -1 ? text : text.slice(0, end);
  const rest = end === -1 ? "" : text.slice(end).trimStart();
  if (rest !== "") return rest.startsWith("{");
  return /^\{\s*"(?:[^"\\]|\\.)*"\s*:\s*[^\s[{]/.test(first);
}
