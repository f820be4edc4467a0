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
import { nodeZstd, type ZstdSetting } from "./zstd-library.js";

/** What bytes are mostly like: pages of a database file, or rows as text. */
export type Content = "pages" | "text";

/** Pages of eight databases: level 2 makes the same sizes as 3, between 7 % less and 5 % more, in two thirds of the time. */
const LEVELS = {
  zstd: { lowest: 1, standard: { pages: 2, text: 7 }, highest: 19 },
  gzip: { lowest: 1, standard: { pages: 6, text: 6 }, highest: 9 },
} as const;
/**
 * Rows as text are full of digits that repeat by chance. To refer back to four or five of them takes more room than the
 * digits do: with matches of six and more, level 7 makes a smaller file than level 9 with its own, in three quarters of the time.
 */
const TEXT_MATCH_BYTES = 6;
const MOST_THREADS = 4;
/** A thread's share of the input: zstd's own choice of four windows takes 52 MB of memory instead of 18 and gains nothing. */
const JOB = "2MiB";
const CHUNK_BYTES = 256 * 1024;

export interface CompressorOptions {
  /** null = the standard for the content: of zstd 2 for pages and 7 for text, of gzip 6. */
  readonly level: number | null;
  readonly content: Content;
  readonly children: ChildRegistry;
  readonly env: Environment;
}

/** A compressing stage, null for `none`. `kind` is what chooseCompression answered. USAGE.INVALID for a bad level. */
export async function openCompressor(kind: Compression, options: CompressorOptions): Promise<Stage | null> {
  if (kind === "none") return null;
  if (options.level !== null) checkLevel(kind, options.level);
  const level = options.level ?? LEVELS[kind].standard[options.content];
  if (kind === "gzip") return transformStage(createGzip({ level, chunkSize: CHUNK_BYTES }));
  const setting = { level, minMatch: options.level === null && options.content === "text" ? TEXT_MATCH_BYTES : null };
  const { program } = await chooseCompression(kind, options.env);
  if (program !== null) return await openZstd(program, setting, options);
  const library = nodeZstd();
  if (library !== null) return transformStage(library.compress(setting));
  throw new DbopsError("TOOL.MISSING", {
    message: "cannot compress with zstd",
    why: "there is no zstd program on PATH, and this Node has none of its own",
    hint: "install the package zstd, or use --compress gzip",
  });
}

/** USAGE.INVALID when the compression has no such level. */
export function checkLevel(kind: Exclude<Compression, "none">, level: number): void {
  const { lowest, highest } = LEVELS[kind];
  if (Number.isInteger(level) && level >= lowest && level <= highest) return;
  throw new DbopsError("USAGE.INVALID", {
    message: `${kind} has no level ${level}`,
    why: `its levels go from ${lowest} to ${highest}`,
    hint: "leave --level out for what suits the database",
  });
}

async function openZstd(program: string, setting: ZstdSetting, options: CompressorOptions): Promise<Stage> {
  const { children, env } = options;
  const { level, minMatch } = setting;
  const threads = Math.min(availableParallelism(), MOST_THREADS);
  const matching = minMatch === null ? [] : [`--zstd=mml=${minMatch}`];
  const args = [`-${level}`, ...matching, `-T${threads}`, `-B${JOB}`, "--check", "-q", "-c", "-"];
  return await openChildStage(children, { command: program, args, env: filterEnvironment(env) }, (end) =>
    toolFailed(program, end),
  );
}
