import { join } from "node:path";
import type { Driver } from "../../drivers/driver.js";
import { keepSource, requireKeepPlace, sourceFiles } from "../../lib/import/keep-source.js";
import { type OpenedInput, openInput } from "../../lib/import/read-input.js";
import type { ReadPlace, ReadRequest } from "../../lib/import/read-request.js";
import type { Context } from "../define.js";
import type { ImportInput } from "./import-input.js";
import type { ImportWork } from "./import-work.js";
import { type OpenedSources, openSources } from "./open-sources.js";
import { recordsWork } from "./records-work.js";
import { scriptWork } from "./script-work.js";

/** Opens the input, and decides what becomes of it. IMPORT.*, USAGE.INVALID, DB.REFUSED, OUTPUT.UNWRITABLE. */
export async function openWork(context: Context, input: ImportInput, driver: Driver): Promise<ImportWork> {
  const folder = context.path(input.archiveSource);
  if (folder !== null) await requireKeepPlace(folder);
  const opened = await openInput(requestOf(context, input));
  if (opened.kind === "script") {
    const work = await scriptWork(context, input, { script: opened.script, driver });
    return { ...work, keep: await keeping(context, opened, { folder, copyTo: null }) };
  }
  const { tables, copyTo } = await openSources(context, input, opened);
  const work = await recordsWork(context, input, { sources: tables, driver });
  return { ...work, keep: await keeping(context, opened, { folder, copyTo }) };
}

interface Keeping extends Pick<OpenedSources, "copyTo"> {
  readonly folder: string | null;
}

/** How the input's files are kept; null when they are not. */
async function keeping(
  { driverContext }: Context,
  { original }: OpenedInput,
  { folder, copyTo }: Keeping,
): Promise<ImportWork["keep"]> {
  if (folder === null) return null;
  if (copyTo === null) {
    const files = await sourceFiles(original);
    return async () => await keepSource(files, folder, driverContext);
  }
  return async () => {
    const path = join(await driverContext.workDir(), `kept-${driverContext.ids.hex(6)}`);
    await copyTo(path);
    return await keepSource(await sourceFiles({ ...original, path }), folder, driverContext);
  };
}

function requestOf(context: Context, input: ImportInput): ReadRequest {
  const { workDir, signal, children, env, progress } = context.driverContext;
  const { file } = input;
  const place: ReadPlace =
    file === "-"
      ? { kind: "stream", stream: context.openInput(), label: "standard input" }
      : { kind: "path", path: context.path(file) ?? file };
  const onNotice = (notice: string): void => progress.note(notice);
  const onWarning = (warning: string): void => progress.warn(warning);
  return { ...input, input: place, workDir, signal, children, env, onNotice, onWarning };
}
