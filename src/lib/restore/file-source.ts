import { basename } from "node:path";
import type { Readable } from "node:stream";
import type { RestoreSource } from "../../drivers/restore-model.js";
import { openDecompressor } from "../codec/decompress.js";
import { openDecryptor } from "../codec/decrypt.js";
import { openHashTap } from "../codec/hash-tap.js";
import { connect } from "../codec/pipeline.js";
import { tarFolder } from "../codec/tar-folder.js";
import { readStreamOf } from "../system/files.js";
import type { FoundFile } from "./find-source.js";
import type { SourceReading } from "./source-reading.js";

/** A file or folder that no manifest describes as something that can be loaded. */
export function fileSource(file: FoundFile, reading: SourceReading): RestoreSource {
  const { recipe, sizeBytes } = file;
  const isPlain = recipe.compression === "none" && !recipe.isEncrypted && !recipe.isFolder;
  return {
    kind: recipe.kind,
    rawBytes: isPlain ? sizeBytes : null,
    serverVersion: null,
    databaseName: null,
    openMain: () => openFile(file, reading),
    readPart: async () => null,
  };
}

async function openFile({ path, recipe }: FoundFile, { keys, services, onBytes }: SourceReading): Promise<Readable> {
  if (recipe.isFolder) return tarFolder(path);
  const { children, env, signal } = services.driverContext;
  const decryptor = recipe.isEncrypted ? openDecryptor(keys, { children, env, file: basename(path) }) : null;
  const decompressor = await openDecompressor(recipe.compression, { children, env });
  return connect(readStreamOf(path), [openHashTap(onBytes), decryptor, decompressor], signal).output;
}
