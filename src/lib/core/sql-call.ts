import { writeAggregate } from "./sql-aggregate.js";
import type { SqlExpression } from "./sql-expression.js";
import { literalOf, pair } from "./sql-pairing.js";
import { plainTerm, wideTerm } from "./sql-plain-term.js";
import type { SqlKind, SqlTerm } from "./sql-term.js";
import { requireComparable, writeTerm } from "./sql-writer.js";
import type { SqlWriting } from "./sql-writing.js";
import { Untranslatable } from "./untranslatable.js";

type Call = Extract<SqlExpression, { readonly kind: "call" }>;

/** What a function is given, and what it gives. */
interface Signature {
  readonly takes: readonly (readonly SqlKind[])[];
  /** So many may be left out. */
  readonly optional: number;
  readonly gives: SqlKind;
}

const TEXT: readonly SqlKind[] = ["text"];
const SIGNATURES: ReadonlyMap<string, Signature> = new Map(
  Object.entries<Signature>({
    lower: { takes: [TEXT], optional: 0, gives: "text" },
    upper: { takes: [TEXT], optional: 0, gives: "text" },
    length: { takes: [["text", "bytes"]], optional: 0, gives: "integer" },
    octet_length: { takes: [TEXT], optional: 0, gives: "integer" },
    trim: { takes: [TEXT, TEXT], optional: 1, gives: "text" },
    ltrim: { takes: [TEXT, TEXT], optional: 1, gives: "text" },
    rtrim: { takes: [TEXT, TEXT], optional: 1, gives: "text" },
    substr: { takes: [TEXT, ["integer"], ["integer"]], optional: 1, gives: "text" },
    replace: { takes: [TEXT, TEXT, TEXT], optional: 0, gives: "text" },
    instr: { takes: [TEXT, TEXT], optional: 0, gives: "integer" },
  }),
);

/** Writes a call of a function that means the same in both engines. */
export function writeCall(call: Call, writing: SqlWriting): SqlTerm {
  const { name, arguments: given } = call;
  if (name === "coalesce") return writeCoalesce(given, writing);
  if (name === "nullif") return writeNullif(given, writing);
  if (name === "abs") return writeAbs(given, writing);
  if (name === "json_valid") return writeJsonValid(given, writing);
  const constant = inOtherCase(call, writing);
  if (constant !== null) return constant;
  const signature = SIGNATURES.get(name);
  if (signature === undefined) return writeAggregate(call, writing);
  if (name === "substr") requireStart(given.slice(1));
  const terms = given.map((argument) => writeTerm(argument, writing));
  const [least, most] = [signature.takes.length - signature.optional, signature.takes.length];
  if (terms.length < least || terms.length > most) throw new Untranslatable(`${name}() has no counterpart`);
  for (const [index, term] of terms.entries()) requireKind(name, term, signature.takes[index] ?? []);
  const sqls = terms.map(({ sql }) => sql);
  return plainTerm(signature.gives, writing.spelling.call(name, sqls), writing.spelling);
}

/** Letters of a literal: a generated column cannot be made of a function that asks a literal for its collation. */
function inOtherCase({ name, arguments: [first] }: Call, { spelling }: SqlWriting): SqlTerm | null {
  const literal = first?.kind === "literal" && first.value.kind === "text" ? first.value.text : null;
  if (literal === null || (name !== "lower" && name !== "upper")) return null;
  const text = name === "lower" ? literal.replaceAll(/[A-Z]/g, toLower) : literal.replaceAll(/[a-z]/g, toUpper);
  return plainTerm("text", spelling.literal({ kind: "text", text }), spelling);
}

const toLower = (letter: string): string => letter.toLowerCase();
const toUpper = (letter: string): string => letter.toUpperCase();

function requireKind(name: string, { kind, order }: SqlTerm, kinds: readonly SqlKind[]): void {
  if (!kinds.includes(kind)) throw new Untranslatable(`${name}() of a value of kind ${kind} has no counterpart`);
  if (order === "language" && (name === "lower" || name === "upper")) {
    throw new Untranslatable(`${name}() follows the rules of a language`);
  }
}

/** Positions before the first character are counted otherwise. */
function requireStart([start, length]: readonly SqlExpression[]): void {
  const [from, size] = [start, length].map((given) => (given === undefined ? null : literalOf(given)));
  const isFromFirst = from?.kind === "integer" && BigInt(from.text) >= 1n;
  const isSized = length === undefined || (size?.kind === "integer" && BigInt(size.text) >= 0n);
  if (!isFromFirst || !isSized)
    throw new Untranslatable("substr() is only the same from a fixed place for a fixed length");
}

function writeCoalesce(given: readonly SqlExpression[], writing: SqlWriting): SqlTerm {
  const { host, terms } = pair(given, writing);
  if (terms.length < 2) throw new Untranslatable("coalesce() of one value has no counterpart");
  const sql = `COALESCE(${terms.map((term) => term.sql).join(", ")})`;
  return { ...host, sql, order: languageOf(terms), isOrderSaid: false };
}

function writeNullif(given: readonly SqlExpression[], writing: SqlWriting): SqlTerm {
  requireComparable(given, writing);
  const { host, terms } = pair(given, writing);
  if (terms.length !== 2 || host.kind === "numeric" || terms.some(({ term }) => term?.order === "asciiCase")) {
    throw new Untranslatable("nullif() of such values has no counterpart");
  }
  return {
    ...host,
    sql: `NULLIF(${terms.map(({ sql }) => sql).join(", ")})`,
    order: languageOf(terms),
    isOrderSaid: false,
  };
}

/** A language goes on to count for what is made of such a text. */
function languageOf(terms: readonly { readonly term: SqlTerm | null }[]): "language" | null {
  return terms.some(({ term }) => term?.order === "language") ? "language" : null;
}

function writeAbs(given: readonly SqlExpression[], writing: SqlWriting): SqlTerm {
  const [first, ...others] = given;
  const term = first === undefined ? null : writeTerm(first, writing);
  if (term === null || others.length > 0 || (term.kind !== "integer" && term.kind !== "double")) {
    throw new Untranslatable(`abs() of a value of kind ${term?.kind ?? "null"} has no counterpart`);
  }
  const { spelling } = writing;
  if (term.kind === "double") return plainTerm("double", spelling.call("abs", [term.sql]), spelling);
  return wideTerm(spelling.call("abs", [term.isWide ? term.sql : spelling.asWide(term.sql)]), spelling);
}

/** A column of a JSON type holds nothing else. */
function writeJsonValid(given: readonly SqlExpression[], writing: SqlWriting): SqlTerm {
  const term = given[0] === undefined ? null : writeTerm(given[0], writing);
  if (term?.kind !== "json") throw new Untranslatable("json_valid() of a text has no counterpart");
  return plainTerm("boolean", `(${term.sql} IS NOT NULL OR NULL)`, writing.spelling);
}
