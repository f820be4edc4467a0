/** What a value means, or what was expected in its place: `expected true or false, found 3`. */
export type Reading<T> =
  | { readonly isRight: true; readonly value: T }
  | { readonly isRight: false; readonly problem: string };

/** What one value of the configuration has to be. */
export interface Leaf<T> {
  read(value: unknown): Reading<T>;
}

export interface LeafOptions {
  /** What was found must not be repeated in messages. */
  readonly isSecret?: boolean;
  /** What is added to the message for a wrong value. */
  readonly advice?: (value: unknown) => string;
}

/** A leaf that expects what `expected` says; `meaning` answers undefined for what it does not understand. */
export function leaf<T>(
  expected: string,
  meaning: (value: unknown) => T | undefined,
  { isSecret = false, advice }: LeafOptions = {},
): Leaf<T> {
  return {
    read: (value) => {
      const result = meaning(value);
      if (result !== undefined) return { isRight: true, value: result };
      const found = isSecret ? "" : shown(value);
      return { isRight: false, problem: `expected ${expected}${found}${advice?.(value) ?? ""}` };
    },
  };
}

function shown(value: unknown): string {
  return value === null || value === undefined ? ", found nothing" : `, found ${JSON.stringify(value)}`;
}
