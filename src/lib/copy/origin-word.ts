import { z } from "zod";
import type { CopyType, StoredForm } from "../../drivers/copy-type-model.js";
import { canonicalJson } from "../core/canonical-json.js";

const nameSchema = z.object({ schema: z.string().nullable(), name: z.string() });

const typeSchema: z.ZodType<CopyType> = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("integer"), bits: z.union([z.literal(16), z.literal(32), z.literal(64)]) }),
  z.object({ kind: z.literal("numeric"), precision: z.int().nullable(), scale: z.int().nullable() }),
  z.object({
    kind: z.enum(["double", "single", "text", "bytes", "boolean", "date", "timestamp", "timestamptz", "json", "jsonb"]),
  }),
  z.object({ kind: z.literal("enum"), name: nameSchema, values: z.array(z.string()) }),
  z.object({ kind: z.literal("foreign"), name: z.string() }),
]);

const storedSchema: z.ZodType<StoredForm> = z.discriminatedUnion("as", [
  z.object({ as: z.enum(["value", "text", "real", "words", "julian", "binaryJson"]) }),
  z.object({ as: z.literal("epoch"), unit: z.enum(["s", "ms", "us"]) }),
  z.object({
    as: z.literal("moment"),
    shape: z.object({
      separator: z.enum([" ", "T"]).nullable(),
      hasSeconds: z.boolean(),
      fractionDigits: z.int(),
      zone: z.string(),
      assumedZone: z.string().nullable(),
    }),
  }),
]);

const wordSchema = z.discriminatedUnion("of", [
  /** `name` is the table's at home; `shape` is what it was made as here. */
  z.object({
    of: z.literal("table"),
    name: nameSchema,
    shape: z.string(),
    /** Tables at home that its definition inherits from. */
    parents: z.array(nameSchema).optional(),
  }),
  /** `there` is how its values were kept at home, `here` how they are in the copy. */
  z.object({
    of: z.literal("column"),
    name: z.string(),
    type: typeSchema,
    there: storedSchema.nullable(),
    here: storedSchema.nullable(),
    /** The expression that made its values at home. */
    generated: z.string().nullable(),
    /** Of what kinds its values were, where they are of one kind here. */
    lostClasses: z.string().optional(),
  }),
  /** `isCarried`: the copy has a like of it. `schema`: whose names its definition speaks of. */
  z.object({ of: z.literal("object"), isCarried: z.boolean(), schema: z.string().nullable() }),
]);

/** What an entry of `dbops_origin` keeps for the domain. */
export type OriginWord = z.infer<typeof wordSchema>;

export function writeOriginWord(word: OriginWord): string {
  return canonicalJson(word);
}

/** null for what a newer dbops, or somebody else, has written. */
export function readOriginWord(text: string | null): OriginWord | null {
  if (text === null) return null;
  try {
    return wordSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    // No JSON: an entry that cannot be used is as good as none.
    return null;
  }
}
