import { stat } from "node:fs/promises";
import type { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { timed } from "../core/clock.js";
import { writeOutputStream } from "../system/output-stream.js";
import { checkFirst } from "./check-first.js";
import { definitionOf } from "./definition-of.js";
import { type ExportJob, readingPhase } from "./export-job.js";
import type { ExportReport } from "./export-report.js";
import { exportText } from "./export-text.js";
import type { Output } from "./find-output.js";
import { DATABASE_FORMAT, type OutputForm } from "./output-form.js";
import { packText } from "./pack-text.js";
import type { WrittenRows } from "./read-rows.js";
import { writeDatabase } from "./write-database.js";

export interface OutputPlace extends Output {
  readonly openData: () => Writable;
}

/** What lies at the output in the end. */
interface Made {
  readonly written: readonly WrittenRows[];
  /** Of each table, where it has one of its own. */
  readonly files: readonly string[] | null;
  readonly sizeBytes: number | null;
  readonly sha256: string | null;
  readonly notCarried: Readonly<ExportReport["notCarried"]>;
}

const ALL_CARRIED = { notCarried: [] } as const;

/** Writes what was chosen to where it was asked for, as a whole or not at all. EXPORT.*, OUTPUT.*, RESOURCE.DISK_FULL and what reading throws. */
export async function performExport(
  job: ExportJob,
  place: OutputPlace,
): Promise<Omit<ExportReport, "target" | "output">> {
  const { value: made, durationMs } = await timed(job.services.driverContext.clock, () => make(job, place));
  const { form } = place;
  return {
    format: form.kind === "database" ? DATABASE_FORMAT : form.format,
    container: form.kind === "folder" ? "folder" : form.kind === "archive" ? form.container : "file",
    compression: "compression" in form ? form.compression : "none",
    takenAt: job.takenAt.toISOString(),
    tables: made.written.map((rows, index) => tableReport(job, made, { rows, index })),
    rows: made.written.reduce((sum, { rows }) => sum + rows, 0),
    notCarried: [...made.notCarried],
    sizeBytes: made.sizeBytes,
    sha256: made.sha256,
    durationMs,
  };
}

async function make(job: ExportJob, { form, path, isStreamed, openData }: OutputPlace): Promise<Made> {
  // What was sent cannot be taken back, so what would stop it is looked for first.
  if (isStreamed && form.kind === "text") await checkFirst(job, form.format);
  if (path === null) {
    if (form.kind !== "text") throw new Error(`${form.kind} does not go to the standard output`);
    const sent = await sendText(job, form, openData);
    return { ...ALL_CARRIED, ...sent, files: null, sizeBytes: null, sha256: null };
  }
  switch (form.kind) {
    case "text":
      return { ...ALL_CARRIED, ...(await storeText(job, form, path)), files: null };
    case "database":
      return { ...(await storeDatabase(job, path)), files: null, sizeBytes: (await stat(path)).size, sha256: null };
    case "folder": {
      const { writeFolder } = await import("./write-folder.js");
      const { written, tables, sizeBytes } = await writeFolder(path, job, form);
      return { ...ALL_CARRIED, written, files: tables.map(({ file }) => file), sizeBytes, sha256: null };
    }
    case "archive": {
      const { writeArchive } = await import("./write-archive.js");
      const { written, tables, bytes, sha256 } = await writeArchive(path, job, form);
      return { ...ALL_CARRIED, written, files: tables.map(({ file }) => file), sizeBytes: bytes, sha256 };
    }
  }
}

type TextForm = Extract<OutputForm, { kind: "text" }>;

async function sendText(job: ExportJob, form: TextForm, openData: () => Writable): Promise<{ written: WrittenRows[] }> {
  const { content, written, phase } = await openText(job, form);
  await pipeline(content, openData(), { signal: job.services.driverContext.signal });
  phase.done();
  return { written };
}

async function storeText(job: ExportJob, form: TextForm, path: string): Promise<Omit<Made, "files" | "notCarried">> {
  const { run, driverContext } = job.services;
  const { content, written, phase } = await openText(job, form);
  const { bytes, sha256 } = await writeOutputStream(path, content, { run, signal: driverContext.signal });
  phase.done();
  return { written, sizeBytes: bytes, sha256 };
}

/** Tables of an engine whose databases are files of the kind are written as they are; others are copied. */
async function storeDatabase(job: ExportJob, path: string): Promise<Pick<Made, "written" | "notCarried">> {
  const { fileKinds } = await job.services.engine(job.driver.engine);
  if (!fileKinds.includes(DATABASE_FORMAT)) {
    const { copyDatabase } = await import("./copy-database.js");
    return await copyDatabase(path, job);
  }
  return { ...ALL_CARRIED, written: await writeDatabase(path, job) };
}

async function openText(job: ExportJob, { format, compression }: TextForm) {
  const { chosen, view, spelling, services } = job;
  const definition = format === "sql" ? await definitionOf(job) : null;
  const written: WrittenRows[] = [];
  const phase = readingPhase(job);
  const text = exportText(chosen, { view, phase, written }, { format, spelling, definition });
  return { content: await packText(text, { compression, services }), written, phase };
}

function tableReport(
  { columns }: ExportJob,
  { files }: Made,
  { rows: written, index }: { readonly rows: WrittenRows; readonly index: number },
): ExportReport["tables"][number] {
  const { chosen, rows, bytes, mixed, unsafeText, nonFinite } = written;
  return {
    schema: chosen.table?.schema ?? null,
    name: chosen.table?.name ?? null,
    file: files?.[index] ?? null,
    rows,
    bytes,
    columns: (columns[index] ?? []).map(({ name, type }) => ({ name, type })),
    mixed: [...mixed],
    unsafeText: [...unsafeText],
    nonFinite: [...nonFinite],
  };
}
