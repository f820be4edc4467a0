import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DbopsError } from "../../lib/core/errors.js";
import { ORIGIN_TABLE } from "../../lib/core/origin-table.js";
import type { ChildSpec } from "../../lib/system/child-registry.js";
import type { TableName } from "../driver.js";
import type { Definition } from "../view-model.js";
import { parseToc } from "./archive-toc.js";
import { requireSuccess } from "./child-output.js";
import { connectedProgram, plainEnvironment } from "./child-program.js";
import { type DefinitionScope, definitionScope } from "./definition-scope.js";
import type { ViewParts } from "./postgres-view.js";
import { quoteQualified } from "./quote-ident.js";
import type { Session } from "./session.js";
import { setSequences } from "./set-sequences.js";
import { entriesOfTables } from "./table-entries.js";
import type { ViewSession } from "./view-session.js";
import { findRelation, type ViewRelation, withPartitions } from "./view-source.js";

/** pg_dump's definitions in the view's very state, without owners and rights. TOOL.*, DB.REFUSED, LOCK.DATABASE. */
export async function dumpDefinition(
  parts: ViewParts,
  view: ViewSession,
  tables: readonly TableName[] | null,
): Promise<Definition> {
  const chosen = tables === null ? null : await view.actPlainly((session) => choose(session, tables));
  const folder = await parts.context.workDir();
  const archive = join(folder, `definition-${parts.context.ids.hex(6)}.pgdump`);
  try {
    await dump(parts, view, { archive, only: chosen?.scope.isClosed === true ? chosen.relations : [] });
    const list = chosen === null ? [] : [`--use-list=${await writeList(archive, chosen)}`];
    const before = await script(parts, ["--section=pre-data", ...list, archive]);
    const after = await script(parts, ["--section=post-data", ...list, archive]);
    const oids = chosen?.relations.map(({ oid }) => oid) ?? null;
    const counters = await view.actPlainly((session) => setSequences(session, oids));
    // psql --single-transaction makes a whole of it where that is wished.
    return { opening: "", before, after: counters + after, closing: "" };
  } finally {
    await rm(archive, { force: true });
    await rm(listOf(archive), { force: true });
  }
}

interface Chosen {
  readonly relations: readonly ViewRelation[];
  readonly scope: DefinitionScope;
}

async function choose(session: Session, tables: readonly TableName[]): Promise<Chosen> {
  const found = new Map<number, ViewRelation>();
  for (const table of tables) {
    const relation = await findRelation(session, table);
    for (const each of await withPartitions(session, relation)) found.set(each.oid, each);
  }
  return { relations: [...found.values()], scope: await definitionScope(session, [...found.keys()]) };
}

interface DumpRequest {
  readonly archive: string;
  /** The rights and locks of these suffice; none = of all that is in the database. */
  readonly only: readonly ViewRelation[];
}

async function dump(parts: ViewParts, view: ViewSession, { archive, only }: DumpRequest): Promise<void> {
  const { conn, context, nature, tools } = parts;
  const tool = await tools.find("pg_dump", nature.major);
  const args = [
    "--format=custom",
    "--compress=0",
    // As the rows are, whatever the database's own encoding is.
    "--encoding=UTF8",
    // --schema-only would leave materialized views without rows.
    "--section=pre-data",
    "--section=post-data",
    "--no-subscriptions",
    "--strict-names",
    ...only.map((relation) => `--table=${quoteQualified(relation)}`),
    // Chosen tables go without publications, whose conditions may open other tables.
    ...(only.length > 0 ? ["--no-publications"] : [`--exclude-table=*.${ORIGIN_TABLE}`]),
    `--file=${archive}`,
    `--snapshot=${await view.exportSnapshot()}`,
    `--lock-wait-timeout=${Math.max(1, context.lockTimeoutMs)}`,
  ];
  const spec = await connectedProgram(tool, { conn, server: view.session.server }, { args, context });
  await run({ ...spec, stdout: "ignore" }, context);
}

/** Which entries pg_restore is to write, as a file for it. */
async function writeList(archive: string, { relations, scope }: Chosen): Promise<string> {
  const toc = parseToc(await readFile(archive));
  if (toc === null) throw new DbopsError("TOOL.FAILED", { message: "pg_dump wrote no table of contents" });
  const lines = entriesOfTables(toc.entries, relations, scope.outerKeys).map(({ id }) => `${id};\n`);
  await writeFile(listOf(archive), lines.join(""), { mode: 0o600 });
  return listOf(archive);
}

function listOf(archive: string): string {
  return `${archive}.list`;
}

async function script({ context, nature, tools }: ViewParts, args: readonly string[]): Promise<string> {
  const tool = await tools.find("pg_restore", nature.major);
  const all = ["--file=-", "--no-owner", "--no-privileges", "--no-tablespaces", ...args];
  const spec = { command: tool.path, args: all, env: plainEnvironment(context) };
  return (await context.children.run(spec, context.signal)).stdout;
}

async function run(spec: ChildSpec, { children, signal }: ViewParts["context"]): Promise<void> {
  const child = await children.start(spec);
  const stop = (): void => void child.end();
  signal.addEventListener("abort", stop, { once: true });
  try {
    await requireSuccess(child, signal);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
