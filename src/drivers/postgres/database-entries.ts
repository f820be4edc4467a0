import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DbopsError } from "../../lib/core/errors.js";
import type { DriverContext } from "../driver.js";
import type { ArchiveToc, TocEntry } from "./archive-toc.js";
import { plainEnvironment } from "./child-program.js";
import type { ArchiveHead } from "./toc-tap.js";
import type { Tools } from "./tools.js";

/** Entries about the database itself: what `pg_restore` leaves out unless it creates the database under its own name. */
export function databaseEntries({ entries }: ArchiveToc): readonly TocEntry[] {
  return entries.filter(
    ({ desc, tag }) =>
      desc === "DATABASE" ||
      desc === "DATABASE PROPERTIES" ||
      (["ACL", "COMMENT", "SECURITY LABEL"].includes(desc) && tag.startsWith("DATABASE ")),
  );
}

/** Owner, rights, settings and comment of the database as SQL, by pg_restore from the head of its own archive. */
export async function databaseScript(
  head: ArchiveHead,
  options: { readonly context: DriverContext; readonly tools: Tools },
): Promise<string> {
  const { context, tools } = options;
  const entries = databaseEntries(head.toc);
  if (entries.length === 0) throw withoutDatabase();
  const tool = await tools.newest("pg_restore");
  const folder = await context.workDir();
  const name = `head-${context.ids.hex(6)}`;
  if (!head.toc.isCustom) await mkdir(join(folder, name), { mode: 0o700 });
  await writeFile(join(folder, head.toc.isCustom ? name : `${name}/toc.dat`), head.bytes, { mode: 0o600 });
  await writeFile(join(folder, `${name}.list`), entries.map(({ id }) => `${id};\n`).join(""), { mode: 0o600 });
  const args = ["--create", "--file=-", `--use-list=${join(folder, `${name}.list`)}`, join(folder, name)];
  const spec = { command: tool.path, args, env: plainEnvironment(context) };
  return (await context.children.run(spec, context.signal)).stdout;
}

function withoutDatabase(): DbopsError {
  return new DbopsError("BACKUP.INCOMPLETE", {
    message: "the archive does not describe the database itself",
    why: "its table of contents has no DATABASE entry",
  });
}
