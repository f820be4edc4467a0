type Make = (depth: number) => string;

/** Conditions over the columns i, k, r, s, n, f, b; the same for the same seed. */
export function randomConditions(seed: number, count: number): readonly string[] {
  const { condition } = grammar(seed);
  return Array.from({ length: count }, () => condition(4));
}

/** Values of all kinds over the same columns. */
export function randomValues(seed: number, count: number): readonly string[] {
  const { integer, real, text, condition } = grammar(seed);
  return Array.from({ length: count }, (_, index) => ([integer, real, text, condition][index % 4] ?? integer)(3));
}

function grammar(seed: number): Readonly<Record<"condition" | "integer" | "real" | "text", Make>> {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  const one = <T>(...choices: readonly [T, ...T[]]): T => choices[below(choices.length)] ?? choices[0];
  const literal = (): string => one("'abc'", "'ABC'", "'Z'", "''", "'Ä'", "'a''b\\c'", "' '");
  const integer: Make = (depth) => {
    if (depth <= 1) return one("i", "j", "f", String(below(9) - 4));
    return one(
      () => `(${integer(depth - 2)} ${one("+", "-", "*")} ${integer(depth - 2)})`,
      () => `(${integer(depth - 2)} ${one("/", "%")} ${one("2", "3", "-2")})`,
      () => `length(${text(depth - 1)})`,
      () => `abs(${integer(depth - 2)})`,
      () => `coalesce(i, ${integer(depth - 2)})`,
      () => `CASE WHEN ${condition(depth - 1)} THEN i ELSE ${integer(depth - 2)} END`,
      () => `instr(${text(depth - 1)}, ${literal()})`,
    )();
  };
  const real: Make = (depth) => {
    if (depth <= 1) return one("r", "0.5", "-1.25");
    return one(
      () => `(${real(depth - 1)} ${one("+", "-", "*")} ${one(real, integer)(depth - 1)})`,
      () => `(${real(depth - 1)} / 4.0)`,
      () => `coalesce(r, ${real(depth - 1)})`,
      () => `CASE ${integer(1)} WHEN 1 THEN r ELSE ${real(depth - 1)} END`,
    )();
  };
  const text: Make = (depth) => {
    if (depth <= 1) return one("s", "n", literal());
    return one(
      () => `${one("lower", "upper", "trim", "ltrim", "rtrim")}(${text(depth - 1)})`,
      () => `substr(${text(depth - 1)}, ${1 + below(3)}, ${below(4)})`,
      () => `(${text(depth - 1)} || ${one(text, integer)(depth - 1)})`,
      () => `replace(${text(depth - 1)}, ${literal()}, ${literal()})`,
      () => `coalesce(${text(depth - 1)}, ${literal()})`,
      () => `CASE WHEN ${condition(depth - 1)} THEN ${text(depth - 1)} END`,
    )();
  };
  const condition: Make = (depth) => {
    const compare = (): string => one("=", "<>", "<", "<=", ">", ">=", "==", "!=");
    if (depth <= 1) {
      return one(
        () => `${one("i", "k", "j")} ${compare()} ${below(9) - 4}`,
        () => `${one("s", "n")} ${compare()} ${literal()}`,
        () => `r ${compare()} ${real(1)}`,
        () => one("f", "f = 1", "f IN (0, 1)", "NOT f"),
        () => `${one("i", "s", "f", "b", "r")} IS ${one("", "NOT ")}NULL`,
        () => `b ${compare()} ${one("x''", "x'00'", "x'616263'")}`,
      )();
    }
    return one(
      () => `${condition(depth - 1)} ${one("AND", "OR")} ${condition(depth - 1)}`,
      () => `NOT ${condition(depth - 1)}`,
      () => `(${condition(depth - 1)})`,
      () => `${integer(depth - 1)} ${compare()} ${integer(depth - 1)}`,
      () => `${text(depth - 1)} ${compare()} ${text(depth - 1)}`,
      () => `${integer(depth - 1)} ${one("", "NOT ")}IN (1, ${integer(1)}, ${one("NULL", "5")})`,
      () => `${text(depth - 1)} ${one("", "NOT ")}BETWEEN ${literal()} AND ${text(1)}`,
      () => `(${condition(depth - 1)}) = ${one("1", "0", "f")}`,
    )();
  };
  return { condition, integer, real, text };
}
