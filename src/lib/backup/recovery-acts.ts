import { outerLayers } from "./backup-name.js";
import type { ManifestBody, ManifestPart } from "./manifest.js";

/** One act of a recovery by hand: what it does, and the shell commands that do it. */
export interface RecoveryAct {
  readonly does: string;
  readonly commands: readonly string[];
}

/** Where the raw bytes of a part go: into a program's standard input, or into a file. */
type Sink = { readonly kind: "program"; readonly command: string } | { readonly kind: "file"; readonly name: string };

interface Loader {
  readonly does: string;
  readonly before: readonly string[];
  readonly sink: Sink;
  readonly after: readonly string[];
}

const NEW_DATABASE = "createdb -T template0 newdb";

/** How stock programs load a main part, by its kind, or by engine and kind where several engines have it. */
const LOADERS: Readonly<Record<string, Loader>> = {
  sqlite: {
    does: "Unpack the database file and check it.",
    before: [],
    sink: { kind: "file", name: "restored.db" },
    after: ['sqlite3 restored.db "PRAGMA integrity_check"'],
  },
  "sqlite.sql": {
    does: "Load it into a new database file and check it.",
    before: [],
    sink: { kind: "program", command: "sqlite3 -bail restored.db" },
    after: ['sqlite3 restored.db "PRAGMA integrity_check"'],
  },
  pgdump: {
    does: "Load it into a new database.",
    before: [NEW_DATABASE],
    sink: { kind: "program", command: "pg_restore --exit-on-error -d newdb" },
    after: [],
  },
  sql: {
    does: "Load it into a new database.",
    before: [NEW_DATABASE],
    sink: { kind: "program", command: "psql -X -q -v ON_ERROR_STOP=1 -d newdb" },
    after: [],
  },
  "pgdir.tar": {
    does: "Unpack the dump's folder and load it into a new database.",
    before: ["mkdir newdb.pgdir"],
    sink: { kind: "program", command: "tar -x -f - -C newdb.pgdir" },
    after: [NEW_DATABASE, "pg_restore --exit-on-error -j 2 -d newdb newdb.pgdir"],
  },
};

const UNPACK_ONLY: Loader = {
  does: "Unpack the file.",
  before: [],
  sink: { kind: "file", name: "restored" },
  after: [],
};

const GLOBALS: Loader = {
  does: "Roles and tablespaces, before the data. What the server has already it reports as an error; that is harmless.",
  before: [],
  sink: { kind: "program", command: "psql -X -q -d postgres" },
  after: [],
};

const DATABASE: Loader = {
  does: [
    "Owner, rights and settings of the database, for when newdb has taken its old name. Read it, then run",
    "#   psql -X -d postgres -f database.sql",
    "# It begins by creating the database: that it exists already is harmless.",
  ].join("\n"),
  before: [],
  sink: { kind: "file", name: "database.sql" },
  after: [],
};

/** The commands that recover this backup without dbops, in their order, for a shell in the store's folder. */
export function recoveryActs(manifest: ManifestBody): readonly RecoveryAct[] {
  const acts = (kind: ManifestPart["kind"], loader: Loader) =>
    manifest.parts.filter((part) => part.kind === kind).map((part) => loadingAct(part, manifest, loader));
  const { engine, format } = manifest;
  return [
    { does: "Check that the files are whole.", commands: manifest.parts.map(checksumCommand) },
    ...acts("globals", GLOBALS),
    ...acts("main", LOADERS[`${engine}.${format}`] ?? LOADERS[format] ?? UNPACK_ONLY),
    ...acts("database", DATABASE),
  ];
}

function checksumCommand({ file, storedSha256 }: ManifestPart): string {
  return `echo ${quoteWord(`${storedSha256}  ${file}`)} | sha256sum -c -`;
}

function loadingAct({ file }: ManifestPart, manifest: ManifestBody, loader: Loader): RecoveryAct {
  return { does: loader.does, commands: [...loader.before, pipeline(file, manifest, loader.sink), ...loader.after] };
}

/** `age -d … | zstd -d | program`: undoes the layers of the file's name, the outermost first. */
function pipeline(file: string, manifest: ManifestBody, sink: Sink): string {
  const word = fileWord(file);
  const { compression, isEncrypted } = outerLayers(file);
  const stages: string[] = [];
  if (isEncrypted)
    stages.push(manifest.encryption?.kind === "passphrase" ? `age -d ${word}` : `age -d -i key.txt ${word}`);
  if (compression !== "none") {
    const program = compression === "zstd" ? "zstd" : "gzip";
    stages.push(isEncrypted ? `${program} -d` : `${program} -d -c ${word}`);
  }
  if (stages.length === 0) return sink.kind === "file" ? `cp ${word} ${sink.name}` : `${sink.command} < ${word}`;
  return sink.kind === "file" ? `${stages.join(" | ")} > ${sink.name}` : [...stages, sink.command].join(" | ");
}

/** A name that begins with a dash must not look like an option. */
function fileWord(file: string): string {
  return quoteWord(file.startsWith("-") ? `./${file}` : file);
}

function quoteWord(word: string): string {
  return /^[A-Za-z0-9_./%-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
