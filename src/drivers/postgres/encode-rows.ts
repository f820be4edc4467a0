import { DbopsError } from "../../lib/core/errors.js";
import { heldPromise } from "../../lib/core/held-promise.js";
import type { EncodedRows, RowFacts, RowFormat, RowSource } from "../view-model.js";
import { CopyOut } from "./copy-out.js";
import { csvStatement, jsonFields, jsonStatement } from "./copy-statement.js";
import { csvShape } from "./csv-shape.js";
import { sqlStateOf } from "./errors.js";
import { insertion } from "./insertion.js";
import { ndjsonShape } from "./ndjson-shape.js";
import { noticeNonFinite } from "./non-finite.js";
import { readingSource } from "./reading-source.js";
import { plainShape, type RowShape } from "./row-shape.js";
import { RowStream } from "./row-stream.js";
import type { Session } from "./session.js";
import { requireUnchanged } from "./unchanged-tables.js";
import type { ViewSession } from "./view-session.js";
import { nameOf, resolveSource, selectRows, type ViewSource } from "./view-source.js";

/** character_not_in_repertoire, untranslatable_character. */
const NOT_UTF8 = new Set(["22021", "22P05"]);

/** Streams the rows as the server spells them. USAGE.INVALID, EXPORT.NULL_UNSEEN, EXPORT.UNSAFE_TEXT, DB.*, LOCK.DATABASE, CONNECT.LOST. */
export function encodeRows(view: ViewSession, source: RowSource, format: RowFormat): EncodedRows {
  const stream = new RowStream();
  stream.on("error", () => undefined);
  let isRead = false;
  stream.once("close", () => {
    // Only its end stops a COPY.
    if (!isRead) void view[Symbol.asyncDispose]();
  });
  const reading = readingSource(view, source, (session) => read(session, { view, source, format, stream }));
  const ended = reading.then(
    (facts) => {
      isRead = true;
      stream.finish();
      return facts;
    },
    (error: unknown) => {
      isRead = true;
      stream.destroy(error instanceof Error ? error : new Error(String(error)));
      throw error;
    },
  );
  return { stream, ended: heldPromise(ended) };
}

/** Throws what encodeRows would find wrong with names or values. USAGE.INVALID, EXPORT.NULL_UNSEEN. */
export async function checkRows(session: Session, { view, source, format }: Omit<Reading, "stream">): Promise<void> {
  await requireSpelling(session, await resolveSource(view, source), format);
}

interface Reading {
  readonly view: ViewSession;
  readonly source: RowSource;
  readonly format: RowFormat;
  readonly stream: RowStream;
}

async function read(session: Session, { view, source, format, stream }: Reading): Promise<RowFacts> {
  const resolved = await resolveSource(view, source);
  await requireUnchanged(session);
  const plan = await planOf(session, resolved, format);
  if (plan.before !== "") stream.add(Buffer.from(plan.before));
  const copy = new CopyOut(plan.statement, { shape: plan.shape, stream });
  const rows = await copied(session, copy, source);
  await requireUnchanged(session);
  if (plan.after !== "") stream.add(Buffer.from(plan.after));
  const blobs = resolved.columns.filter(({ type }) => type === "bytea").map(({ name }) => name);
  return { rows, mixed: [], numbers: [], blobs, unsafeText: [], nonFinite: await plan.nonFinite() };
}

/** A database of encoding SQL_ASCII may hold any bytes; the server refuses to give those that are not UTF-8. */
async function copied(session: Session, copy: CopyOut, source: RowSource): Promise<number> {
  try {
    return await session.submit(copy, `read ${nameOf(source)}`);
  } catch (error) {
    const isForeign = NOT_UTF8.has(sqlStateOf(error) ?? "");
    if (!isForeign || !(error instanceof DbopsError)) throw error;
    throw new DbopsError("EXPORT.UNSAFE_TEXT", {
      message: error.message,
      why: error.why ?? undefined,
      hint: "read that column as bytes: a query with convert_to(column, 'SQL_ASCII')",
      cause: error,
    });
  }
}

interface Plan {
  readonly statement: string;
  readonly shape: RowShape;
  readonly before: string;
  readonly after: string;
  /** Asked when all rows have been read. */
  readonly nonFinite: () => Promise<readonly string[]>;
}

async function planOf(session: Session, source: ViewSource, format: RowFormat): Promise<Plan> {
  await requireSpelling(session, source, format);
  const bare = { before: "", after: "", nonFinite: async () => [] };
  switch (format.kind) {
    case "csv": {
      const { shape, columns } = noticeNonFinite(csvShape(format.delimiter), session, source);
      return { ...bare, statement: csvStatement(source, format), shape, nonFinite: columns };
    }
    case "ndjson": {
      const found = new Set<number>();
      const shape = ndjsonShape(jsonFields(source, format), (index) => found.add(index));
      const nonFinite = async () => source.columns.filter((_, index) => found.has(index)).map(({ name }) => name);
      return { ...bare, statement: jsonStatement(source), shape, nonFinite };
    }
    case "sql":
      return { ...bare, ...insertion(source), shape: plainShape };
  }
}

/** What the format cannot say of these rows. */
async function requireSpelling(session: Session, source: ViewSource, format: RowFormat): Promise<void> {
  if (format.kind === "ndjson") requireDistinctNames(source);
  const mayNullBeUnseen = format.kind === "csv" && source.columns.length === 1 && (format.nullText ?? "") === "";
  if (mayNullBeUnseen) await requireNoNull(session, source);
}

async function requireNoNull(session: Session, source: ViewSource): Promise<void> {
  const [column] = source.columns;
  if (column === undefined) return;
  const rows = `SELECT FROM (${selectRows(source, column.sql)}\n) AS dbops_nulls (value) WHERE pg_catalog.num_nulls(value) > 0`;
  const { found } = await session.one<{ found: boolean }>(`SELECT EXISTS (${rows}) AS found`);
  if (!found) return;
  throw new DbopsError("EXPORT.NULL_UNSEEN", {
    message: `column ${column.name} holds NULL`,
    why: "in a CSV file of one column it would be an empty line, which readers skip",
    hint: "choose a word for it: --null STR",
  });
}

function requireDistinctNames({ columns }: ViewSource): void {
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice === undefined) return;
  throw new DbopsError("USAGE.INVALID", {
    message: `two columns are called ${twice}`,
    why: "an object of JSON would hold only one of them",
    hint: "name them apart: SELECT … AS …",
  });
}
