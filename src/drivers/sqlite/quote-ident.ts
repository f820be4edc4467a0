/** An SQL identifier in double quotes: the only way a name enters a statement here. */
export function quoteIdent(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
