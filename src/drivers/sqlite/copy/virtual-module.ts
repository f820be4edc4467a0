import { tokensOf, unquote } from "../sql-tokens.js";

/**
 * What a virtual table is to a copy: `content` has rows of its own, reached by a rowid; `boxes` too, by its first column;
 * `index` holds nothing that is not elsewhere, or nothing that could be read back.
 */
export type VirtualKind =
  | { readonly kind: "content" | "boxes" }
  | { readonly kind: "index"; readonly of: string | null; readonly why: string };

const BOXES = new Set(["rtree", "rtree_i32"]);
const TEXTS = new Set(["fts3", "fts4", "fts5"]);
/** Tables that show what others hold (https://www.sqlite.org/fts5.html#the_fts5vocab_virtual_table_module). */
const MIRRORS = new Set(["fts5vocab", "fts4aux", "fts3tokenize", "dbstat", "sqlite_dbpage", "bytecode", "tables_used"]);
const CONTENT = /\bcontent\s*=\s*('[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|[^,)\s]*)/i;

/** Told from the CREATE VIRTUAL TABLE. */
export function virtualKindOf(sql: string): VirtualKind {
  const module = moduleOf(sql);
  if (BOXES.has(module)) return { kind: "boxes" };
  if (MIRRORS.has(module)) return { kind: "index", of: null, why: `${module} shows what other tables hold` };
  const content = TEXTS.has(module) ? CONTENT.exec(sql)?.[1] : undefined;
  if (content === undefined) return { kind: "content" };
  const table = unquote(content.trim());
  return table === ""
    ? { kind: "index", of: null, why: "a full-text index without content: what was indexed cannot be read back" }
    : { kind: "index", of: table, why: `a full-text index over ${table}, which has its text` };
}

/** Whether it is a full-text index. */
export function isTextIndex(sql: string): boolean {
  return TEXTS.has(moduleOf(sql));
}

function moduleOf(sql: string): string {
  const tokens = tokensOf(sql);
  const using = tokens.findIndex(({ text, depth }) => depth === 0 && text.toUpperCase() === "USING");
  return unquote(tokens[using + 1]?.text ?? "").toLowerCase();
}
