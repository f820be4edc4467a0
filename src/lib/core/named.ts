/** A table, view or the like. */
export interface Named {
  readonly schema: string | null;
  readonly name: string;
}

/** `schema.name`, or the bare name where the engine has no schemas. */
export function qualifiedName({ schema, name }: Named): string {
  return schema === null ? name : `${schema}.${name}`;
}

/** What a word means: by name or `schema.name`, in the case written if there is such a one. None, one, or several. */
export function namedBy<T extends Named>(candidates: readonly T[], word: string): readonly T[] {
  const exact = candidates.filter((each) => isNamed(each, word));
  return exact.length > 0 ? exact : candidates.filter((each) => isNamed(folded(each), word.toLowerCase()));
}

function isNamed(each: Named, word: string): boolean {
  return each.name === word || qualifiedName(each) === word;
}

function folded({ schema, name }: Named): Named {
  return { schema: schema?.toLowerCase() ?? null, name: name.toLowerCase() };
}
