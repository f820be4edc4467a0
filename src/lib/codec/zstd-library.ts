import type { Transform } from "node:stream";
import zlib from "node:zlib";

/** ZSTD_c_compressionLevel and ZSTD_c_checksumFlag of zstd.h: stable numbers, absent from the types of older Nodes. */
const LEVEL_PARAMETER = 100;
const CHECKSUM_PARAMETER = 201;
const CHUNK_BYTES = 256 * 1024;

type MakeStream = (options: { readonly chunkSize: number; readonly params?: Record<number, number> }) => Transform;

/** Node's own zstd (22.15 and newer), or null. It writes no checksum unless asked, and then most flips go unseen. */
export function nodeZstd(): { compress(level: number): Transform; decompress(): Transform } | null {
  const make = streamMaker("createZstdCompress");
  const unmake = streamMaker("createZstdDecompress");
  if (make === null || unmake === null) return null;
  return {
    compress: (level) =>
      make({ chunkSize: CHUNK_BYTES, params: { [LEVEL_PARAMETER]: level, [CHECKSUM_PARAMETER]: 1 } }),
    decompress: () => unmake({ chunkSize: CHUNK_BYTES }),
  };
}

function streamMaker(name: string): MakeStream | null {
  const found: unknown = Reflect.get(zlib, name);
  return typeof found === "function" ? (options) => Reflect.apply(found, zlib, [options]) : null;
}
