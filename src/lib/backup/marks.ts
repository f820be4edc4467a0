import { z } from "zod";
import { basicTime } from "../core/clock.js";

const VERSION = 1;

const proofSchema = z.object({
  version: z.int(),
  id: z.string(),
  at: z.iso.datetime(),
  durationMs: z.int().nonnegative(),
  /** Tables compared by hash, and by count alone. */
  hashed: z.int().nonnegative(),
  counted: z.int().nonnegative(),
  host: z.string(),
  run: z.string(),
});

/** Of the same count as the backups' seq: order survives a clock that jumps back. null in marks of older versions. */
const seqSchema = z.int().positive().nullable().default(null);

const acceptedSchema = z.object({
  version: z.int(),
  id: z.string(),
  at: z.iso.datetime(),
  reason: z.string(),
  seq: seqSchema,
  run: z.string(),
});

const failedSchema = z.object({
  version: z.int(),
  id: z.string(),
  at: z.iso.datetime(),
  target: z.string(),
  identity: z.string(),
  code: z.string(),
  message: z.string(),
  /** Of a backup of some tables, which retention and age alarms do not count; absent in marks of older versions. */
  isPartial: z.boolean().default(false),
  seq: seqSchema,
  run: z.string(),
});

/** Bytes of the stored file, or how far its content could be read. */
export const placeSchema = z.object({
  of: z.enum(["file", "content"]),
  fromByte: z.int().nonnegative(),
  toByte: z.int().nonnegative().nullable(),
});

const damagedSchema = z.object({
  version: z.int(),
  id: z.string(),
  at: z.iso.datetime(),
  problem: z.string(),
  /** Where, if that is known; absent in marks of older versions. */
  place: placeSchema.nullable().default(null),
  run: z.string(),
});

/** Facts that became known after the manifest was written; each is an object of its own and never changes. */
export const MARK_SCHEMAS = {
  proof: proofSchema,
  accepted: acceptedSchema,
  failed: failedSchema,
  damaged: damagedSchema,
} as const;

export type MarkKind = keyof typeof MARK_SCHEMAS;
export type ProofMark = z.infer<typeof proofSchema>;
export type AcceptedMark = z.infer<typeof acceptedSchema>;
export type FailedMark = z.infer<typeof failedSchema>;
export type DamagedMark = z.infer<typeof damagedSchema>;
export type Mark =
  | ({ readonly kind: "proof" } & ProofMark)
  | ({ readonly kind: "accepted" } & AcceptedMark)
  | ({ readonly kind: "failed" } & FailedMark)
  | ({ readonly kind: "damaged" } & DamagedMark);

const MARK_NAME =
  /^(.+_\d{8}T\d{6}Z_[0-9a-f]{6})\.(?:(proof|damaged)-\d{8}T\d{6}Z(?:-[0-9a-f]+)?|(accepted|failed))\.json$/;

/** `<id>.proof-<time>-<6 hex>.json` and `<id>.damaged-…` may be many, `<id>.accepted.json` and `.failed.json` are one each. */
export function markName(kind: MarkKind, mark: { readonly id: string; readonly at: string }, hex: string): string {
  if (kind === "accepted" || kind === "failed") return `${mark.id}.${kind}.json`;
  return `${mark.id}.${kind}-${basicTime(new Date(mark.at))}-${hex}.json`;
}

/** What a file name says it marks, or null. */
export function parseMarkName(fileName: string): { id: string; kind: MarkKind } | null {
  const match = MARK_NAME.exec(fileName);
  const kind = match?.[2] ?? match?.[3];
  if (match?.[1] === undefined || kind === undefined) return null;
  return { id: match[1], kind: z.enum(["proof", "damaged", "accepted", "failed"]).parse(kind) };
}

/** Reads a mark; null when its text is no mark of that kind (a damaged mark never counts). */
export function parseMark(kind: MarkKind, text: string): Mark | null {
  try {
    const value: unknown = JSON.parse(text);
    switch (kind) {
      case "proof":
        return { kind, ...proofSchema.parse(value) };
      case "accepted":
        return { kind, ...acceptedSchema.parse(value) };
      case "failed":
        return { kind, ...failedSchema.parse(value) };
      case "damaged":
        return { kind, ...damagedSchema.parse(value) };
    }
  } catch {
    return null;
  }
}

export function markText(mark: Mark): string {
  const { kind: _kind, ...body } = mark;
  return `${JSON.stringify({ ...body, version: VERSION }, null, 2)}\n`;
}

/** Stands for the identity of a target that could not be asked. */
export function unknownIdentity(target: string): string {
  return `unknown:${target}`;
}
