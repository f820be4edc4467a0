import type { RowFormat } from "../view-model.js";
import { JSON_COPY_OPTIONS, type JsonField } from "./ndjson-shape.js";
import { quoteIdent, quoteQualified } from "./quote-ident.js";
import { quoteLiteral } from "./quote-literal.js";
import type { ViewColumn } from "./view-column.js";
import { selectRows, type ViewRelation, type ViewSource } from "./view-source.js";

type CsvFormat = Extract<RowFormat, { readonly kind: "csv" }>;
type NdjsonFormat = Extract<RowFormat, { readonly kind: "ndjson" }>;

const BOOL = 16;
const BYTEA = 17;
const INT8 = 20;
const NUMBERS = new Set([INT8, 21, 23, 26, 700, 701, 1700]);
const JSON_TYPES = new Set([114, 3802]);
/** "char", name, text, char(n), varchar, date, uuid: their JSON is their text in quotes. */
const TEXTS = new Set([18, 19, 25, 1042, 1043, 1082, 2950]);
const FRACTIONS = new Set([700, 701, 1700]);
const AS_THEY_ARE = [NUMBERS, JSON_TYPES, TEXTS];

/** In the text of array_dims, a dimension that does not begin at 1. */
const OTHER_BOUNDS = String.raw`'\[(?!1:)'`;

/** float4, float8 and numeric, types with NaN and infinities, and arrays of them. */
export function canBeNonFinite({ baseType, elementType }: ViewColumn): boolean {
  return FRACTIONS.has(elementType ?? baseType);
}

/** The COPY that spells rows as CSV with a header line. */
export function csvStatement(source: ViewSource, { delimiter, nullText, blob }: CsvFormat): string {
  const list = source.columns.map((column) => {
    const isEncoded = column.baseType === BYTEA && blob === "base64";
    return `${isEncoded ? base64(column.sql) : column.sql} AS ${quoteIdent(column.name)}`;
  });
  const options = `FORMAT csv, HEADER, DELIMITER ${quoteLiteral(delimiter)}, NULL ${quoteLiteral(nullText ?? "")}`;
  return copyRows(selectRows(source, list.join(", ")), options);
}

/** The COPY whose fields ndjsonShape puts together. */
export function jsonStatement(source: ViewSource): string {
  const list = source.columns.map(jsonText);
  return copyRows(selectRows(source, list.join(", ")), JSON_COPY_OPTIONS);
}

/** How the fields of that COPY come. */
export function jsonFields({ columns }: ViewSource, { int64 }: NdjsonFormat): readonly JsonField[] {
  return columns.map((column) => {
    const { name, baseType, elementType, canBeJson } = column;
    if (baseType === INT8 && int64 === "string") return { name, spelling: "bigNumber" };
    if (TEXTS.has(baseType) || !canBeJson) return { name, spelling: "text" };
    if (!canBeNonFinite(column)) return { name, spelling: "json" };
    return { name, spelling: elementType === null ? "number" : "numbers" };
  });
}

/** The COPY of what a table's own COPY FROM takes. */
export function textStatement(source: ViewSource): string {
  return copyRows(selectRows(source, source.columns.map(({ sql }) => sql).join(", ")), "FORMAT text");
}

/** The line before such rows. */
export function copyFromStdin(relation: ViewRelation, { columns }: ViewSource): string {
  const list = columns.length === 0 ? "" : ` (${columns.map(({ name }) => quoteIdent(name)).join(", ")})`;
  return `COPY ${quoteQualified(relation)}${list} FROM stdin;\n`;
}

function copyRows(select: string, options: string): string {
  return `COPY (${select}\n) TO STDOUT (${options})`;
}

function jsonText({ baseType, elementType, canBeJson, sql }: ViewColumn): string {
  if (!canBeJson || AS_THEY_ARE.some((types) => types.has(baseType))) return sql;
  if (baseType === BOOL) return `${sql}::pg_catalog.text`;
  if (baseType === BYTEA) return `'{"$base64":true,"encoded":"' || ${base64(sql)} || '"}'`;
  const json = `pg_catalog.to_json(${sql})`;
  if (elementType === null) return json;
  // JSON has no bounds; the server's text names them where they are not 1.
  const asText = `pg_catalog.to_json(${sql}::pg_catalog.text)`;
  return `CASE WHEN pg_catalog.array_dims(${sql}) ~ ${OTHER_BOUNDS} THEN ${asText} ELSE ${json} END`;
}

/** Without the line breaks that the server puts in. */
function base64(sql: string): string {
  return String.raw`pg_catalog.translate(pg_catalog.encode(${sql}, 'base64'), E'\n', '')`;
}
