import { DbopsError } from "../../lib/core/errors.js";

export type DumpFormat = "custom" | "plain" | "directory";

/** Formats by the word of `--format`, with the extension of what they make. */
export const DUMP_FORMATS = {
  custom: { extension: "pgdump", letter: "c" },
  plain: { extension: "sql", letter: "p" },
  directory: { extension: "pgdir.tar", letter: "d" },
} as const satisfies Readonly<Record<DumpFormat, { readonly extension: string; readonly letter: string }>>;

/** null is `custom`. USAGE.INVALID. */
export function formatOf(word: string | null): DumpFormat {
  switch (word) {
    case null:
    case "custom":
      return "custom";
    case "plain":
    case "directory":
      return word;
    default:
      throw new DbopsError("USAGE.INVALID", {
        message: `"${word}" is not a format of PostgreSQL dumps`,
        hint: `use ${Object.keys(DUMP_FORMATS).join(", ")}`,
      });
  }
}
