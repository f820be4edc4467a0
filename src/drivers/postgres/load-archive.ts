import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RestoreSource } from "../restore-model.js";
import type { ArchiveToc, TocEntry } from "./archive-toc.js";
import { BlockFilter } from "./block-filter.js";
import type { LoadPlace } from "./load-place.js";
import { runRestore } from "./run-restore.js";
import type { ArchiveHead } from "./toc-tap.js";
import type { Tool } from "./tools.js";

/** Below this, several readers cost more than they gain. */
const PARALLEL_BYTES = 16e6;

/**
 * Loads a custom archive that is only readable from front to end. Everything but the rows needs no more than the archive's
 * head; the rows are loaded by several pg_restore, each with a stream of its own, where each takes the next table that
 * nobody has taken yet.
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

async function loadRows(load: RowLoad): Promise<void> {
  const { source, place, tool, toc, rowsList } = load;
  const tables = new Set(toc.entries.filter(({ desc }) => desc === "TABLE DATA").map(({ id }) => id));
  const isSmall = source.rawBytes !== null && source.rawBytes < PARALLEL_BYTES;
  const canShare = toc.compression !== "other" && !isSmall;
  const readers = canShare ? Math.max(1, Math.min(place.jobs, tables.size)) : 1;
  const taken = new Set<number>();
  const take = (id: number): boolean => !taken.has(id) && taken.add(id).has(id);
  const works = Array.from({ length: readers }, async (_, reader) => {
    const isFirst = reader === 0;
    const filter = new BlockFilter(toc, (id) => {
      if (!tables.has(id)) return isFirst ? "pass" : "drop";
      return take(id) ? "pass" : "empty";
    });
    const input = { source: await source.openMain(), through: readers === 1 ? [] : [filter] };
    const list = isFirst ? [] : [`--use-list=${rowsList}`];
    await runRestore(place, { tool, args: ["--format=custom", "--section=data", ...list], input });
  });
  await allOrFirstError(works);
}

/** Waits for all before reporting the first error, so that nothing still writes when the copy is dropped. */
async function allOrFirstError(works: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
}
