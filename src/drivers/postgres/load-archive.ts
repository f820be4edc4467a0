import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { RestoreSource } from "../restore-model.js";
import type { ArchiveToc, TocEntry } from "./archive-toc.js";
import { BlockDealer } from "./block-dealer.js";
import type { LoadPlace } from "./load-place.js";
import { runRestore } from "./run-restore.js";
import type { ArchiveHead } from "./toc-tap.js";
import type { Tool } from "./tools.js";

/** Below this, several readers cost more than they gain. */
const PARALLEL_BYTES = 16e6;

/**
 * Loads a custom archive that is only readable from front to end. Everything but the rows needs no more than the archive's
 * head; the rows are dealt out to several pg_restore.
 */
export async function loadArchive(source: RestoreSource, head: ArchiveHead, place: LoadPlace): Promise<void> {
  const tool = await place.tools.find("pg_restore", majorOf(head.toc.dumpVersion));
  const folder = await place.context.workDir();
  const file = join(folder, `head-${place.context.ids.hex(6)}`);
  await writeFile(file, head.bytes, { mode: 0o600 });
  const lists = await writeLists(head.toc, file);
  const jobs = `--jobs=${Math.max(1, place.jobs)}`;
  await runRestore(place, { tool, args: ["--section=pre-data", `--use-list=${lists.main}`, file] });
  await loadRows({ source, place, tool, toc: head.toc, rowsList: lists.rows });
  await runRestore(place, { tool, args: ["--section=post-data", jobs, `--use-list=${lists.main}`, file] });
  await runRestore(place, { tool, args: [`--use-list=${lists.last}`, file] });
}

/** The major version in "15.18 (Debian …)"; 0 when there is none. */
export function majorOf(version: string): number {
  return Number.parseInt(version, 10) || 0;
}

/** What pg_restore itself leaves to the end: a right taken from an owner must not stop the rows, and views need the rights. */
export function isLast({ desc, tag }: TocEntry): boolean {
  return (
    desc === "ACL" ||
    desc === "DEFAULT ACL" ||
    desc === "MATERIALIZED VIEW DATA" ||
    desc === "EVENT TRIGGER" ||
    (desc === "COMMENT" && tag.startsWith("EVENT TRIGGER "))
  );
}

async function writeLists(toc: ArchiveToc, file: string): Promise<{ main: string; rows: string; last: string }> {
  const chosen = {
    main: toc.entries.filter((entry) => !isLast(entry)),
    rows: toc.entries.filter(({ desc }) => desc === "TABLE DATA"),
    last: toc.entries.filter(isLast),
  };
  for (const [name, entries] of Object.entries(chosen)) {
    await writeFile(`${file}.${name}`, entries.map(({ id }) => `${id};\n`).join(""), { mode: 0o600 });
  }
  return { main: `${file}.main`, rows: `${file}.rows`, last: `${file}.last` };
}

interface RowLoad {
  readonly source: RestoreSource;
  readonly place: LoadPlace;
  readonly tool: Tool;
  readonly toc: ArchiveToc;
  readonly rowsList: string;
}

/** Several pg_restore where the archive can be dealt out, else one. */
async function loadRows(load: RowLoad): Promise<void> {
  const { source, place, toc } = load;
  const isSmall = source.rawBytes !== null && source.rawBytes < PARALLEL_BYTES;
  const main = await source.openMain();
  if (toc.compression !== "none" || isSmall || place.jobs < 2) {
    await loadRowsFrom(main, load, true);
    return;
  }
  const dealer = new BlockDealer(toc, place.jobs);
  const dealt = pipeline(main, dealer);
  const loads = dealer.readers.map((reader, index) => loadRowsFrom(reader, load, index === 0));
  await allOrFirstError([dealt, ...loads]);
}

/** The first loads what is not dealt out as well: sequences and large objects. */
async function loadRowsFrom(stream: Readable, { place, tool, rowsList }: RowLoad, isFirst: boolean): Promise<void> {
  const list = isFirst ? [] : [`--use-list=${rowsList}`];
  const input = { source: stream, through: [] };
  try {
    await runRestore(place, { tool, args: ["--format=custom", "--section=data", ...list], input });
  } finally {
    // Nobody reads on when the program could not even be started.
    stream.destroy();
  }
}

/** Waits for all, so that nothing still writes when the copy is dropped, and reports what failed first: the rest fails with it. */
async function allOrFirstError(works: readonly Promise<void>[]): Promise<void> {
  const failures: unknown[] = [];
  await Promise.all(works.map((work) => work.catch((error: unknown) => failures.push(error))));
  if (failures.length > 0) throw failures[0];
}
