import { type Readable, Transform, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DbopsError } from "../../lib/core/errors.js";
import type { ArchiveFacts, DriverContext } from "../driver.js";
import { type ArchiveToc, parseToc } from "./archive-toc.js";
import { plainEnvironment } from "./child-program.js";
import { feedChild } from "./feed-child.js";
import { readTar } from "./tar-reader.js";
import { openTocTap } from "./toc-tap.js";
import { Tools } from "./tools.js";

const DUMP_START = "-- PostgreSQL database dump";
const DUMP_END = "-- PostgreSQL database dump complete";
const EDGE_BYTES = 4096;

/** Reads a raw backup to its end and checks its structure. BACKUP.DAMAGED. */
export async function inspectArchive(kind: string, raw: Readable, context: DriverContext): Promise<ArchiveFacts> {
  switch (kind) {
    case "pgdump":
      return await inspectCustom(raw, context);
    case "pgdir.tar":
      return await inspectDirectory(raw);
    case "sql":
      return await inspectScript(raw);
    default:
      throw new DbopsError("USAGE.INVALID", { message: `PostgreSQL has no .${kind} backups` });
  }
}

/** `pg_restore --list` proves nothing: it succeeds on a cut file. Only writing all of it out reads all of it. */
async function inspectCustom(raw: Readable, context: DriverContext): Promise<ArchiveFacts> {
  const tool = await new Tools(context).newest("pg_restore");
  const args = ["--format=custom", "--file=/dev/null"];
  const spec = { command: tool.path, args, env: plainEnvironment(context), stdin: "pipe", stdout: "ignore" } as const;
  const child = await context.children.start(spec);
  const tap = openTocTap();
  try {
    await feedChild(child, { source: raw, through: [tap.stream] }, context);
  } catch (error) {
    // A program that was killed has said nothing about what it read.
    const isRefusal =
      error instanceof DbopsError && error.code === "TOOL.FAILED" && (await child.ended).signal === null;
    throw isRefusal ? damaged(error.why ?? error.message) : error;
  }
  return factsOf((await tap.head).toc);
}

async function inspectDirectory(raw: Readable): Promise<ArchiveFacts> {
  let toc: ArchiveToc | null = null;
  let files = 0;
  for await (const file of readTar(raw)) {
    files += 1;
    const parts: Buffer[] = [];
    for await (const part of file.content) if (file.name === "toc.dat") parts.push(part);
    if (file.name === "toc.dat") toc = parseToc(Buffer.concat(parts));
  }
  if (toc === null || toc.entries.length === 0) throw damaged("toc.dat is missing, cut short or empty");
  const needed = toc.entries.filter(({ desc }) => desc === "TABLE DATA").length + 1;
  if (files < needed) throw damaged(`it holds ${files} files, and its table of contents needs at least ${needed}`);
  return factsOf(toc);
}

/** pg_dump writes its last line last; a script of another origin is only read to its end. */
async function inspectScript(raw: Readable): Promise<ArchiveFacts> {
  let start = "";
  let end = "";
  let statements = 0;
  const look = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const text = chunk.toString("latin1");
      if (start.length < EDGE_BYTES) start += text.slice(0, EDGE_BYTES);
      end = (end + text).slice(-EDGE_BYTES);
      statements += text.split(";\n").length - 1;
      done(null, chunk);
    },
  });
  await pipeline(raw, look, new Writable({ write: (_chunk, _encoding, done) => done() }));
  if (start.includes(DUMP_START) && !end.includes(DUMP_END)) throw damaged("pg_dump's last line is missing");
  if (statements === 0) throw damaged("it holds no statement");
  const version = /-- Dumped from database version ([\d.]+)/.exec(start)?.[1];
  return { serverVersion: version ?? null, entries: statements };
}

function factsOf({ serverVersion, entries }: ArchiveToc): ArchiveFacts {
  return { serverVersion: serverVersion.split(" ")[0] ?? null, entries: entries.length };
}

function damaged(why: string): DbopsError {
  return new DbopsError("BACKUP.DAMAGED", { message: "the backup cannot be read to its end", why });
}
