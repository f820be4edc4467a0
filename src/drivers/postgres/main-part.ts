import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { tarFolder } from "../../lib/codec/tar-folder.js";
import type { Deferred } from "../../lib/core/deferred.js";
import { DbopsError } from "../../lib/core/errors.js";
import { heldPromise } from "../../lib/core/held-promise.js";
import type { DriverContext } from "../driver.js";
import type { Production, SnapshotRequest } from "../snapshot-model.js";
import { parseToc } from "./archive-toc.js";
import { childOutput, openCounter, requireSuccess } from "./child-output.js";
import { type ChildTarget, connectedProgram } from "./child-program.js";
import { DUMP_FORMATS, type DumpFormat } from "./dump-formats.js";
import { type ArchiveHead, openTocTap } from "./toc-tap.js";
import type { Tool } from "./tools.js";

export interface MainPart {
  readonly tool: Tool;
  readonly target: ChildTarget;
  readonly context: DriverContext;
  readonly format: DumpFormat;
  readonly request: SnapshotRequest;
  readonly snapshotId: string;
  /** Settled with the archive's head once pg_dump has written it; never for `plain`. */
  readonly head: Deferred<ArchiveHead>;
}

/** Starts pg_dump in the exported snapshot. */
export async function produceMain(part: MainPart): Promise<Production> {
  switch (part.format) {
    case "custom":
      return await produceCustom(part);
    case "plain": {
      const child = await part.context.children.start(await dumpSpec(part, []));
      return childOutput(child, openCounter(), part.context);
    }
    case "directory":
      return await produceDirectory(part);
  }
}

async function produceCustom(part: MainPart): Promise<Production> {
  const child = await part.context.children.start(await dumpSpec(part, ["--compress=0"]));
  const tap = openTocTap();
  tap.head.then(part.head.resolve, part.head.reject);
  const { stream, ended } = childOutput(child, tap, part.context);
  return { stream, ended: heldPromise(ended.then(async (word) => (await tap.head) && word)) };
}

/** A directory dump has no stream: it is written to the work folder by several connections, then packed. */
async function produceDirectory(part: MainPart): Promise<Production> {
  const { context, request, head } = part;
  const folder = join(request.workDir, "pgdir");
  try {
    const args = ["--compress=0", `--file=${folder}`, `--jobs=${Math.max(1, request.jobs)}`];
    const child = await context.children.start({ ...(await dumpSpec(part, args)), stdout: "ignore" });
    const stop = (): void => void child.end();
    context.signal.addEventListener("abort", stop, { once: true });
    await requireSuccess(child, context.signal);
    context.signal.removeEventListener("abort", stop);
    const bytes = await readFile(join(folder, "toc.dat"));
    const toc = parseToc(bytes);
    if (toc === null) throw new DbopsError("BACKUP.INCOMPLETE", { message: "pg_dump wrote no table of contents" });
    head.resolve({ toc, bytes });
  } catch (error) {
    head.reject(error);
    throw error;
  }
  return packed(folder);
}

function packed(folder: string): Production {
  const { stream, bytes } = openCounter();
  const ended = pipeline(tarFolder(folder), stream).then(() => ({ bytes: bytes() }));
  return { stream, ended: heldPromise(ended) };
}

async function dumpSpec(part: MainPart, formatArgs: readonly string[]) {
  const { tool, target, context, format, request, snapshotId } = part;
  const args = [
    `--format=${DUMP_FORMATS[format].letter}`,
    ...formatArgs,
    `--snapshot=${snapshotId}`,
    `--lock-wait-timeout=${Math.max(1, context.lockTimeoutMs)}`,
    ...request.tables.map((pattern) => `--table=${pattern}`),
    ...request.excludeTables.map((pattern) => `--exclude-table=${pattern}`),
    ...request.passThrough,
  ];
  return await connectedProgram(tool, target, { args, context });
}
