import type { TableName } from "./driver.js";

/**
 * What a column holds, in words that every engine can be told. Each has one canonical text for each value, in which rows
 * travel and are compared (`dbops-rows/1`): as PostgreSQL's COPY text format spells the type that is named in brackets, with
 * UTC, ISO dates and the shortest exact digits.
 */
export type CopyType =
  /** [smallint, integer, bigint] */
  | { readonly kind: "integer"; readonly bits: 16 | 32 | 64 }
  /** [double precision, real] */
  | { readonly kind: "double" | "single" }
  /** [numeric] null = as many digits as there are. */
  | { readonly kind: "numeric"; readonly precision: number | null; readonly scale: number | null }
  /** [text, bytea, boolean, date, timestamp, timestamp with time zone, json, jsonb] */
  | { readonly kind: "text" | "bytes" | "boolean" | "date" | "timestamp" | "timestamptz" | "json" | "jsonb" }
  | { readonly kind: "enum"; readonly name: TableName; readonly values: readonly string[] }
  /** A type of the source's alone, by its native name: values are the source's own text of them. */
  | { readonly kind: "foreign"; readonly name: string };

/** How an engine that lacks a type keeps its values. An engine that has the type needs none. */
export type StoredForm =
  /** As what the type itself suggests: integer, real, text, blob; booleans as 1 and 0, moments and foreign types as their canonical text. */
  | { readonly as: "value" }
  /** A number as its canonical text. */
  | { readonly as: "text" }
  /** A number as a double, where that is exact. */
  | { readonly as: "real" }
  /** Booleans as the texts `true` and `false`. */
  | { readonly as: "words" }
  | { readonly as: "moment"; readonly shape: MomentShape }
  /** Moments counted from 1970 in UTC, as integers. */
  | { readonly as: "epoch"; readonly unit: EpochUnit }
  /** Moments as Julian day numbers, as reals. */
  | { readonly as: "julian" }
  /** JSON in SQLite's own binary form. */
  | { readonly as: "binaryJson" };

export const EPOCH_UNITS = ["s", "ms", "us"] as const;
export type EpochUnit = (typeof EPOCH_UNITS)[number];

/** How all moments of a column are written as text: `2026-01-31T08:00:00.000Z`. */
export interface MomentShape {
  /** Between date and time; null = a date alone. */
  readonly separator: " " | "T" | null;
  readonly hasSeconds: boolean;
  /** Digits after the second; 0 = no point either. */
  readonly fractionDigits: number;
  /** As it is written: `Z`, `+00:00`, `+0200`; empty = none. */
  readonly zone: string;
  /** What moments without a zone are taken to be in; null = nothing is assumed. An IANA name. */
  readonly assumedZone: string | null;
}
