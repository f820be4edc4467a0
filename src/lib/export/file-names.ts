import { encodeName } from "../backup/backup-name.js";
import { EXPORT_MANIFEST_NAME, EXPORT_SCHEMA_NAME } from "../transfer/export-names.js";

/** A file name for each key, no two alike where case does not count, none of them that of the folder's own files. */
export function fileNames(keys: readonly string[], extension: string): readonly string[] {
  const taken = new Set([EXPORT_MANIFEST_NAME, EXPORT_SCHEMA_NAME]);
  return keys.map((key) => {
    const stem = encodeName(key === "" ? "%" : key);
    let name = `${stem}${extension}`;
    for (let other = 2; taken.has(name.toLowerCase()); other += 1) name = `${stem}~${other}${extension}`;
    taken.add(name.toLowerCase());
    return name;
  });
}
