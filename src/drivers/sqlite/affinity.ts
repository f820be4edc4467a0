/** How SQLite treats what is stored in a column (https://www.sqlite.org/datatype3.html#determination_of_column_affinity). */
export type Affinity = "integer" | "real" | "numeric" | "text" | "none";

/** The affinity of a declared type; in a STRICT table, ANY has none. */
export function affinityOf(declared: string, isStrict: boolean): Affinity {
  const type = declared.toUpperCase();
  if (isStrict && type === "ANY") return "none";
  if (type.includes("INT")) return "integer";
  if (/CHAR|CLOB|TEXT/.test(type)) return "text";
  if (type === "" || type.includes("BLOB")) return "none";
  return /REAL|FLOA|DOUB/.test(type) ? "real" : "numeric";
}
