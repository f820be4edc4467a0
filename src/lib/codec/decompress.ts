import { createGunzip, type Gunzip } from "node:zlib";
import type { Environment } from "../core/environment.js";
import { DbopsError, foreignCode, messageOf } from "../core/errors.js";
import { type ChildEnd, type ChildRegistry, toolFailed } from "../system/child-registry.js";
import { findProgram } from "../system/programs.js";
import { openChildStage } from "./child-stage.js";
import type { Compression } from "./choose-compression.js";
import { filterEnvironment } from "./filter-environment.js";
import type { Stage } from "./stage.js";
import { transformStage } from "./transform-stage.js";
import { nodeZstd } from "./zstd-library.js";

const CHUNK_BYTES = 256 * 1024;

export interface DecompressorOptions {
  readonly children: ChildRegistry;
  readonly env: Environment;
}

/** A decompressing stage, null for `none`; bad bytes end it with BACKUP.DAMAGED. TOOL.MISSING when zstd cannot be read here. */
export async function openDecompressor(kind: Compression, options: DecompressorOptions): Promise<Stage | null> {
  if (kind === "none") return null;
  if (kind === "gzip") return openGunzip(createGunzip({ chunkSize: CHUNK_BYTES }));
  const program = await findProgram("zstd", options.env);
  if (program !== null) return await openUnzstd(program, options);
  const library = nodeZstd();
  if (library !== null) return transformStage(library.decompress(), damageOf("zstd"));
  throw new DbopsError("TOOL.MISSING", {
    message: "cannot read a file that zstd has compressed",
    why: "there is no zstd program on PATH, and this Node has none of its own",
    hint: "install the package zstd",
  });
}

function openGunzip(stream: Gunzip): Stage {
  return transformStage(stream, damageOf("gzip"), () => {
    // zlib takes an empty file for a good one.
    if (stream.bytesWritten === 0) throw damaged("gzip", "it is empty");
  });
}

async function openUnzstd(program: string, { children, env }: DecompressorOptions): Promise<Stage> {
  const spec = { command: program, args: ["-d", "-q", "-c", "-"], env: filterEnvironment(env) };
  return await openChildStage(children, spec, (end) => unzstdFailure(program, end));
}

function unzstdFailure(program: string, end: ChildEnd): DbopsError {
  return end.code === 1 ? damaged("zstd", end.stderr.trim()) : toolFailed(program, end);
}

/** Gives the library's own errors (Z_DATA_ERROR, ZSTD_error_…) their meaning; a stream that was stopped is no damage. */
function damageOf(kind: Compression): (thrown: unknown) => unknown {
  return (thrown) => (foreignCode(thrown)?.startsWith("Z") ? damaged(kind, messageOf(thrown), thrown) : thrown);
}

function damaged(kind: Compression, why: string, cause?: unknown): DbopsError {
  return new DbopsError("BACKUP.DAMAGED", {
    message: `the ${kind} data cannot be read to its end`,
    why,
    hint: "use another backup, or another copy of this file",
    cause,
  });
}
