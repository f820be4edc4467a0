import type { Compression } from "../codec/choose-compression.js";
import { type ExportedTable, type ExportManifest, exportManifestSchema } from "../transfer/export-manifest.js";
import { EXPORT_MANIFEST_VERSION } from "../transfer/export-names.js";
import type { ExportJob } from "./export-job.js";
import type { FolderFormat } from "./output-form.js";
import { rowFormat } from "./spelling.js";

export interface ManifestParts {
  readonly format: FolderFormat;
  readonly compression: Compression;
  readonly schemaFile: ExportManifest["schemaFile"];
  readonly tables: readonly ExportedTable[];
}

/** The text of an export's manifest, checked against its own schema. */
export async function manifestText(job: ExportJob, parts: ManifestParts): Promise<string> {
  const { driver, services, spelling, takenAt } = job;
  const { format, compression, schemaFile, tables } = parts;
  const { version: serverVersion } = await driver.server();
  const rows = rowFormat(format, spelling);
  const manifest = exportManifestSchema.parse({
    version: EXPORT_MANIFEST_VERSION,
    tool: `dbops ${services.version}`,
    engine: driver.engine,
    serverVersion,
    takenAt: takenAt.toISOString(),
    format,
    dialect: {
      delimiter: rows.kind === "csv" ? rows.delimiter : null,
      null: rows.kind === "csv" ? rows.nullText : null,
      blob: rows.kind === "csv" ? rows.blob : null,
      int64: rows.kind === "ndjson" ? rows.int64 : null,
      compression,
    },
    schemaFile,
    tables,
  });
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
