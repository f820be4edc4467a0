import type { ErrorCode } from "../../lib/core/error-codes.js";
import type { Fingerprint, FingerprintMode } from "../fingerprint-model.js";
import type { SourceCondition } from "../snapshot-model.js";
import { hasKind } from "./order-protocol.js";
import type { ViewAnswer, ViewQuestion } from "./view-protocol.js";

/** The descriptor of the pipe through which a child that was given one sends rows. */
export const DATA_PIPE = 4;

/** What the forked child is asked to do, one request after another. */
export type WorkerRequest =
  | CopyRequest
  | ImageRequest
  | OverwriteRequest
  | CheckRequest
  | FingerprintRequest
  | SizesRequest
  | ScriptRequest
  | ViewRequest;

export interface OpenRequest {
  readonly path: string;
  readonly isReadOnly: boolean;
  /** Nobody else uses the file: no lock needs to be asked for. */
  readonly isPrivate: boolean;
  readonly busyTimeoutMs: number;
}

export interface CopyRequest {
  readonly kind: "copy";
  readonly source: OpenRequest;
  readonly destination: string;
  readonly isCompact: boolean;
}

/** Of a file that the asking process keeps from being written. */
export interface ImageRequest {
  readonly kind: "image";
  readonly path: string;
  readonly destination: string;
}

/** Keeps a copy of the database `destination`, then overwrites it in one transaction. */
export interface OverwriteRequest {
  readonly kind: "overwrite";
  readonly source: OpenRequest;
  readonly destination: string;
  /** Where the copy of the old state is made, and its name when it is whole; of one folder. */
  readonly partial: string;
  readonly kept: string;
  readonly busyTimeoutMs: number;
}

/** Of the old state that is kept, or of what was asked for. */
export type CopyStage = "keep" | "copy";

export interface CheckRequest {
  readonly kind: "check";
  readonly database: OpenRequest;
}

export interface FingerprintRequest {
  readonly kind: "fingerprint";
  readonly database: OpenRequest;
  readonly mode: FingerprintMode;
}

export interface SizesRequest {
  readonly kind: "sizes";
  readonly database: OpenRequest;
}

/** An SQL text, run piece by piece in the empty database file that the first request names. */
export type ScriptRequest =
  | { readonly kind: "scriptBegin"; readonly path: string }
  | { readonly kind: "scriptPiece"; readonly bytes: Uint8Array }
  | { readonly kind: "scriptEnd" };

export interface ViewRequest {
  readonly kind: "view";
  readonly question: ViewQuestion;
}

export interface ScriptResult {
  readonly statements: number;
  /** What is wrong with foreign keys; null when nothing is. */
  readonly references: string | null;
}

export interface CopyResult {
  readonly bytes: number;
  /** What was done differently because the source is damaged; empty for a sound one. */
  readonly damage: readonly string[];
}

export interface BtreeSize {
  readonly name: string;
  readonly bytes: number;
}

export type WorkerResult =
  | { readonly of: "copy"; readonly value: CopyResult }
  | { readonly of: "image" }
  | { readonly of: "overwrite" }
  | { readonly of: "check"; readonly value: SourceCondition }
  | { readonly of: "fingerprint"; readonly value: Fingerprint }
  | { readonly of: "sizes"; readonly value: readonly BtreeSize[] }
  | { readonly of: "scriptPiece" }
  | { readonly of: "script"; readonly value: ScriptResult }
  | { readonly of: "view"; readonly value: ViewAnswer };

export type WorkerReply =
  | { readonly kind: "progress"; readonly stage: CopyStage; readonly donePages: number; readonly totalPages: number }
  | { readonly kind: "result"; readonly result: WorkerResult }
  | {
      readonly kind: "failed";
      readonly code: ErrorCode;
      readonly message: string;
      readonly why: string | null;
      readonly hint: string | null;
    };

/** Both ends are of one build, so the envelope tells enough. */
export function isWorkerRequest(message: unknown): message is WorkerRequest {
  return hasKind(message, [
    "copy",
    "image",
    "overwrite",
    "check",
    "fingerprint",
    "sizes",
    "scriptBegin",
    "scriptPiece",
    "scriptEnd",
    "view",
  ]);
}

export function isWorkerReply(message: unknown): message is WorkerReply {
  return hasKind(message, ["progress", "result", "failed"]);
}
