import type { Transform } from "node:stream";
import zlib from "node:zlib";

/** Numbers of ZSTD_cParameter in zstd.h: stable, absent from the types of older Nodes. */
const LEVEL_PARAMETER = 100;
const MIN_MATCH_PARAMETER = 105;
const CHECKSUM_PARAMETER = 201;
const CHUNK_BYTES = 256 * 1024;

type MakeStream = (options: { readonly chunkSize: number; readonly params?: Record<number, number> }) => Transform;

export interface ZstdSetting {
  readonly level: number;
  /** Bytes of the shortest match worth referring to; null leaves it to the level. */
  readonly minMatch: number | null;
}

/** Node's own zstd (22.15 and newer), or null. It writes no checksum unless asked, and then most flips go unseen. */
export function nodeZstd(): { compress(setting: ZstdSetting): Transform; decompress(): Transform } | null {
  const make = streamMaker("createZstdCompress");
  const unmake = streamMaker("createZstdDecompress");
  if (make === null || unmake === null) return null;
  return {
    compress: ({ level, minMatch }) => {
      const matching = minMatch === null ? {} : { [MIN_MATCH_PARAMETER]: minMatch };
      return make({
        chunkSize: CHUNK_BYTES,
        params: { [LEVEL_PARAMETER]: level, ...matching, [CHECKSUM_PARAMETER]: 1 },
      });
    },
    decompress: () => unmake({ chunkSize: CHUNK_BYTES }),
  };
}

function streamMaker(name: string): MakeStream | null {
  const found: unknown = Reflect.get(zlib, name);
  return typeof found === "function" ? (options) => Reflect.apply(found, zlib, [options]) : null;
}
