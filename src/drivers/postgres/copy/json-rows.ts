/** The texts of a JSON array that the server made; none for NULL. */
export function textsOf(json: string | null): readonly string[] {
  const parsed: unknown = json === null ? [] : JSON.parse(json);
  return Array.isArray(parsed) ? parsed.map(String) : [];
}
