import { Readable } from "node:stream";
import type { Compression } from "../codec/choose-compression.js";
import { openCompressor } from "../codec/compress.js";
import { connect } from "../codec/pipeline.js";
import type { ExportServices } from "./export-services.js";

export interface PackOptions {
  readonly compression: Compression;
  readonly services: ExportServices;
}

/** The bytes of a text as they are stored; they end only when the text and its compression have ended well. */
export async function packText(text: AsyncIterable<Buffer>, { compression, services }: PackOptions): Promise<Readable> {
  const { children, env, signal } = services.driverContext;
  // Text that is read again by many programs: the compression's usual level serves it.
  const compressor = await openCompressor(compression, { level: null, content: "text", children, env });
  return connect(Readable.from(text, { objectMode: false, highWaterMark: BUFFER_BYTES }), [compressor], signal).output;
}

const BUFFER_BYTES = 256 * 1024;
