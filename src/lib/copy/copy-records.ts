import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { writeFileAtomically } from "../system/files.js";
import { type CopyRecord, copyRecordSchema } from "./copy-record.js";

const FOLDER = "copies";

/** The records of copies in a state folder; null as the folder keeps none. */
export class CopyRecords {
  readonly #folder: string | null;

  constructor(stateFolder: string | null) {
    this.#folder = stateFolder === null ? null : join(stateFolder, FOLDER);
  }

  /** The filesystem's errors. */
  async put(record: CopyRecord): Promise<void> {
    if (this.#folder === null) return;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await writeFileAtomically(this.#path(this.#folder, record.run), `${JSON.stringify(record, null, 2)}\n`);
  }

  /** null for a run that nothing is known of here. */
  async find(run: string): Promise<CopyRecord | null> {
    return (await this.list()).find((record) => record.run === run) ?? null;
  }

  /** The newest first; what cannot be read is no record. */
  async list(): Promise<readonly CopyRecord[]> {
    const folder = this.#folder;
    if (folder === null) return [];
    const names = await readdir(folder).catch(() => []);
    const records = await Promise.all(
      names.filter((name) => name.endsWith(".json")).map((name) => read(join(folder, name))),
    );
    return records.flatMap((record) => record ?? []).sort((one, other) => (one.startedAt < other.startedAt ? 1 : -1));
  }

  #path(folder: string, run: string): string {
    return join(folder, `${run}.json`);
  }
}

async function read(path: string): Promise<CopyRecord | null> {
  try {
    return copyRecordSchema.safeParse(JSON.parse(await readFile(path, "utf8"))).data ?? null;
  } catch {
    // Cut short by a full disk, or gone meanwhile: there is nothing to tell of it.
    return null;
  }
}
