import { availableParallelism } from "node:os";
import { createGzip } from "node:zlib";
import type { Environment } from "../core/environment.js";
import { DbopsError } from "../core/errors.js";
import { type ChildRegistry, toolFailed } from "../system/child-registry.js";
import { openChildStage } from "./child-stage.js";
import { type Compression, chooseCompression } from "./choose-compression.js";
import { filterEnvironment } from "./filter-environment.js";
import type { Stage } from "./stage.js";
import { transformStage } from "./transform-stage.js";
import { nodeZstd } from "./zstd-library.js";

const LEVELS = {
  zstd: { lowest: 1, standard: 3, highest: 19 },
  gzip: { lowest: 1, standard: 6, highest: 9 },
} as const;
const MOST_THREADS = 4;
/** A thread's share of the input: zstd's own choice of four windows takes 52 MB of memory instead of 18 and gains nothing. */
const JOB = "2MiB";
const CHUNK_BYTES = 256 * 1024;

export interface CompressorOptions {
  /** null = the standard level: 3 of zstd, 6 of gzip. */
  readonly level: number | null;
  readonly children: ChildRegistry;
  readonly env: Environment;
}

/** A compressing stage, null for `none`. `kind` is what chooseCompression answered. USAGE.INVALID for a bad level. */
export async function openCompressor(kind: Compression, options: CompressorOptions): Promise<Stage | null> {
  if (kind === "none") return null;
  const level = checkedLevel(kind, options.level);
  if (kind === "gzip") return transformStage(createGzip({ level, chunkSize: CHUNK_BYTES }));
  const { program } = await chooseCompression(kind, options.env);
  if (program !== null) return await openZstd(program, level, options);
  const library = nodeZstd();
  if (library !== null) return transformStage(library.compress(level));
  throw new DbopsError("TOOL.MISSING", {
    message: "cannot compress with zstd",
    why: "there is no zstd program on PATH, and this Node has none of its own",
    hint: "install the package zstd, or use --compress gzip",
  });
}

/** The level to use; USAGE.INVALID when the compression has no such level. */
export function checkedLevel(kind: Exclude<Compression, "none">, level: number | null): number {
  const { lowest, standard, highest } = LEVELS[kind];
  const wanted = level ?? standard;
  if (Number.isInteger(wanted) && wanted >= lowest && wanted <= highest) return wanted;
  throw new DbopsError("USAGE.INVALID", {
    message: `${kind} has no level ${wanted}`,
    why: `its levels go from ${lowest} to ${highest}`,
    hint: `leave --level away for ${standard}`,
  });
}

async function openZstd(program: string, level: number, { children, env }: CompressorOptions): Promise<Stage> {
  const threads = Math.min(availableParallelism(), MOST_THREADS);
  const args = [`-${level}`, `-T${threads}`, `-B${JOB}`, "--check", "-q", "-c", "-"];
  return await openChildStage(children, { command: program, args, env: filterEnvironment(env) }, (end) =>
    toolFailed(program, end),
  );
}
