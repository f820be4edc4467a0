import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { DbopsError } from "../../lib/core/errors.js";
import { heldPromise } from "../../lib/core/held-promise.js";
import type { RestoreSource } from "../restore-model.js";
import { childOutput, openCounter } from "./child-output.js";
import { plainEnvironment } from "./child-program.js";
import { CLEAR, MADE_BY_OTHERS, REQUIRE_OWN } from "./clear-database.js";
import { withSession } from "./connect.js";
import { mouthOf } from "./feed-child.js";
import { majorOf } from "./load-archive.js";
import type { LoadPlace } from "./load-place.js";
import { loadScript } from "./load-script.js";
import { databaseScriptOf, headOf } from "./load-source.js";
import { extractTar } from "./tar-reader.js";
import type { ArchiveHead } from "./toc-tap.js";
import { readTransactionId, wasCommitted, writeTransactionId } from "./transaction-outcome.js";

const SETTLE_MS = 30_000;

/**
 * Empties the existing database and fills it again in one transaction: readers see all of the old or all of the new.
 * An error, an abort too, means that nothing was changed. DB.CHANGED when others made something in it meanwhile.
 */
export async function loadInPlace(source: RestoreSource, place: LoadPlace): Promise<void> {
  const { context } = place;
  const { database } = place.target.conn;
  const head = await headOf(source);
  const script = await databaseScriptOf(source, head, place);
  const settings = (script?.properties(database) ?? []).filter((sql) =>
    /^ALTER DATABASE "(?:[^"]|"")*" SET /.test(sql),
  );
  const number = join(await context.workDir(), `transaction-${context.ids.hex(6)}`);
  const before = `${writeTransactionId(number)}${CLEAR}${settings.map((sql) => `${sql};\n`).join("")}`;
  const transaction = { before, after: REQUIRE_OWN };
  try {
    await loadScript(place, { script: await asScript(source, head, place), transaction });
  } catch (error) {
    if (!(await hasCommitted(place, number))) throw explained(error, database);
  }
}

/** psql's end does not say what became of a COMMIT that was cut off. False as long as the transaction had no number. */
async function hasCommitted({ target, context }: LoadPlace, numberFile: string): Promise<boolean> {
  const id = await readTransactionId(numberFile);
  if (id === null) return false;
  try {
    const signal = AbortSignal.timeout(SETTLE_MS);
    return await withSession(target.conn, { context: { ...context, signal } }, (session) => wasCommitted(session, id));
  } catch {
    // The error that led here is the one to report.
    const { database } = target.conn;
    context.progress.warn(`it is not known whether ${database} was overwritten: the server cannot be asked`);
    return false;
  }
}

function explained(error: unknown, database: string): unknown {
  const why = error instanceof DbopsError ? (error.why ?? "") : "";
  const at = why.lastIndexOf(MADE_BY_OTHERS);
  if (at < 0) return error;
  return new DbopsError("DB.CHANGED", {
    message: `${database} was given new objects while it was being restored in place; nothing was changed`,
    why: why.slice(at).split("\n")[0],
    hint: "stop what makes them and run again, or restore without --in-place",
    cause: error,
  });
}

async function asScript(source: RestoreSource, head: ArchiveHead | null, place: LoadPlace): Promise<Readable> {
  if (head === null) return await source.openMain();
  const { context, tools } = place;
  const tool = await tools.find("pg_restore", majorOf(head.toc.dumpVersion));
  const base = join(await context.workDir(), `place-${context.ids.hex(6)}`);
  // Only an extension's owner may comment on it, and the extension stays.
  const entries = head.toc.entries.filter(({ desc, tag }) => !(desc === "COMMENT" && tag.startsWith("EXTENSION ")));
  await writeFile(`${base}.list`, entries.map(({ id }) => `${id};\n`).join(""), { mode: 0o600 });
  const args = ["--file=-", "--no-tablespaces", `--use-list=${base}.list`];
  const env = plainEnvironment(context);
  if (source.kind === "pgdir.tar") {
    await extractTar(await source.openMain(), `${base}.dir`);
    const child = await context.children.start({
      command: tool.path,
      args: [...args, "--format=directory", `${base}.dir`],
      env,
    });
    return childOutput(child, openCounter(), context).stream;
  }
  const child = await context.children.start({
    command: tool.path,
    args: [...args, "--format=custom"],
    env,
    stdin: "pipe",
  });
  if (child.stdin === null) throw new Error("pg_restore was started without a pipe");
  const input = heldPromise(pipeline(await source.openMain(), mouthOf(child.stdin)));
  return childOutput(child, openCounter(), { signal: context.signal, input }).stream;
}
