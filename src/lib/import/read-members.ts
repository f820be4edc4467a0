import { posix } from "node:path";
import { DbopsError } from "../core/errors.js";
import { EXPORT_MANIFEST_NAME } from "../transfer/export-names.js";
import type { RecordTable } from "../transfer/record-model.js";
import type { ArchiveMember } from "./archive-member.js";
import { decompressed } from "./read-compressed.js";
import { openExported } from "./read-exported.js";
import { findManifest } from "./read-manifest.js";
import { openSniffed } from "./read-record-file.js";
import type { ReadRequest } from "./read-request.js";
import { contentOfName } from "./sniff-name.js";

/** Where several files come from. */
export interface MemberList {
  /** For messages. */
  readonly place: string;
  readonly members: readonly ArchiveMember[];
}

/** The tables of a folder or archive: those of its manifest, else one or more from each file that holds records. */
export async function openMembers(
  { place, members }: MemberList,
  request: ReadRequest,
): Promise<readonly RecordTable[]> {
  const found = await findManifest(members);
  if (found !== null) {
    const { tables, schemaFile } = found.manifest;
    const used = new Set(
      [...tables.map(({ file }) => file), schemaFile.file, EXPORT_MANIFEST_NAME].map((file) => found.prefix + file),
    );
    leaveOut(
      members.filter(({ name }) => !used.has(name)),
      { place, request },
    );
    return await openExported(found, members, request);
  }
  const holding = members.filter((member) => holdsRecords(member, request));
  leaveOut(
    members.filter((member) => !holding.includes(member)),
    { place, request },
  );
  if (holding.length === 0) {
    throw new DbopsError("IMPORT.INPUT_INVALID", {
      message: `${place} holds no file of records`,
      why: "no name in it ends in .csv, .tsv, .json, .ndjson or .jsonl, with or without .gz or .zst",
    });
  }
  const tables: RecordTable[] = [];
  for (const member of holding) tables.push(...(await openMember(member, request)));
  refuseTwins(place, tables);
  return tables;
}

function holdsRecords({ name }: ArchiveMember, { format }: ReadRequest): boolean {
  const content = contentOfName(posix.basename(name));
  if (content.archive !== null || isHidden(name)) return false;
  if (content.format === null || content.format === "sql") return false;
  return format === "auto" || content.format === format;
}

/** Files of the system's own, as macOS puts them beside each file. */
function isHidden(name: string): boolean {
  return name.split("/").some((part) => part.startsWith(".") || part === "__MACOSX");
}

async function openMember({ name, source }: ArchiveMember, request: ReadRequest): Promise<readonly RecordTable[]> {
  const content = contentOfName(posix.basename(name));
  const bytes = decompressed(source, content.compression, request);
  return await openSniffed(bytes, { format: content.format, name: content.stem }, request);
}

interface Ear {
  readonly place: string;
  readonly request: ReadRequest;
}

function leaveOut(members: readonly ArchiveMember[], { place, request }: Ear): void {
  if (members.length === 0) return;
  const names = members.slice(0, 5).map(({ name }) => name);
  const more = members.length > names.length ? ` and ${members.length - names.length} more` : "";
  request.onNotice(`left out of ${place}: ${names.join(", ")}${more}`);
}

function refuseTwins(place: string, tables: readonly RecordTable[]): void {
  const twin = tables.find((table, index) => tables.findIndex(({ name }) => name === table.name) < index);
  if (twin === undefined) return;
  const other = tables.find(({ name }) => name === twin.name);
  throw new DbopsError("USAGE.INVALID", {
    message: `${place} brings the table "${twin.name}" twice`,
    why: `${other?.place} and ${twin.place} both do`,
    hint: "import them one by one",
  });
}
