/** The virtual table that a shadow table belongs to: the longest of those names that begins its own. */
export function shadowOwner(shadow: string, virtualTables: readonly string[]): string | undefined {
  const owners = virtualTables.filter((name) => shadow.toLowerCase().startsWith(`${name.toLowerCase()}_`));
  return owners.sort((a, b) => b.length - a.length)[0];
}
