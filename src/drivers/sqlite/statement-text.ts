import { isUtf8 } from "node:buffer";

const PIECES = /'[^']*(?:''[^']*)*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|[^'"`[\-/]+|[\s\S]/g;

/**
 * The statement as text that means the same bytes. Text in an INSERT that is not UTF-8, which databases may hold and dumps
 * then do too, becomes a cast of its bytes where that can be; null when such bytes are elsewhere and cannot be said in text.
 */
export function statementText(bytes: Buffer, canCast: () => boolean): string | null {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  if (!canCast()) return null;
  const pieces = bytes.toString("latin1").match(PIECES) ?? [];
  const texts = pieces.map(exactPiece);
  return texts.includes(null) ? null : texts.join("");
}

/** `latin1` has one character for every byte. */
function exactPiece(latin1: string): string | null {
  const bytes = Buffer.from(latin1, "latin1");
  if (isUtf8(bytes)) return bytes.toString("utf8");
  if (latin1.startsWith("'")) {
    const value = Buffer.from(latin1.slice(1, -1).replaceAll("''", "'"), "latin1");
    return `CAST(X'${value.toString("hex")}' AS TEXT)`;
  }
  return latin1.startsWith("--") || latin1.startsWith("/*") ? " " : null;
}
