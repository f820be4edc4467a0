import type { Environment } from "../core/environment.js";
import { findProgram } from "../system/programs.js";
import { nodeZstd } from "./zstd-library.js";

export const COMPRESSIONS = ["zstd", "gzip", "none"] as const;
export type Compression = (typeof COMPRESSIONS)[number];

/** File extension of each compression, with its dot. */
export const COMPRESSION_EXTENSIONS = { zstd: ".zst", gzip: ".gz", none: "" } as const satisfies Record<
  Compression,
  string
>;

export interface CompressionChoice {
  readonly kind: Compression;
  /** The zstd program's path; null when this process compresses by itself. */
  readonly program: string | null;
  /** What the user should know when it is not what was asked for. */
  readonly notice: string | null;
}

/** What this machine can do of what was asked: the file's extension follows `kind`. */
export async function chooseCompression(requested: Compression, env: Environment): Promise<CompressionChoice> {
  if (requested !== "zstd") return { kind: requested, program: null, notice: null };
  const program = await findProgram("zstd", env);
  if (program !== null || nodeZstd() !== null) return { kind: "zstd", program, notice: null };
  return {
    kind: "gzip",
    program: null,
    notice: "gzip instead of zstd: there is no zstd program here, and this Node has none of its own (install: zstd)",
  };
}
