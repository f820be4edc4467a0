import { describe, expect, test } from "vitest";
import type { ManifestBody, ManifestPart } from "#dbops/lib/backup/manifest.js";
import { recoveryNote } from "#dbops/lib/backup/recovery-note.js";

const SHA = "0".repeat(64);

describe("the commands of a backup", () => {
  test.each([
    ["sqlite", ".zst.age", "age -d -i key.txt app_1.sqlite.zst.age | zstd -d > restored.db"],
    ["sqlite", ".zst", "zstd -d -c app_1.sqlite.zst > restored.db"],
    ["sqlite", ".gz.age", "age -d -i key.txt app_1.sqlite.gz.age | gzip -d > restored.db"],
    ["sqlite", ".age", "age -d -i key.txt app_1.sqlite.age > restored.db"],
    ["sqlite", "", "cp app_1.sqlite restored.db"],
    ["pgdump", ".zst.age", "age -d -i key.txt app_1.pgdump.zst.age | zstd -d | pg_restore --exit-on-error -d newdb"],
    ["pgdump", ".gz", "gzip -d -c app_1.pgdump.gz | pg_restore --exit-on-error -d newdb"],
    ["pgdump", "", "pg_restore --exit-on-error -d newdb < app_1.pgdump"],
    ["sql", ".zst", "zstd -d -c app_1.sql.zst | psql -X -q -v ON_ERROR_STOP=1 -d newdb"],
    ["pgdir.tar", ".zst", "zstd -d -c app_1.pgdir.tar.zst | tar -x -f - -C newdb.pgdir"],
    ["odd", ".zst", "zstd -d -c app_1.odd.zst > restored"],
  ])("%s%s", (format, layers, command) => {
    expect(commandsOf(recoveryNote([manifest(format, layers)]))).toContain(command);
  });

  test("text is loaded by the program of its engine", () => {
    const commands = commandsOf(recoveryNote([{ ...manifest("sql", ".gz"), engine: "sqlite" }]));
    expect(commands).toContain("gzip -d -c app_1.sql.gz | sqlite3 -bail restored.db");
    expect(commands.join()).not.toContain("psql");
  });

  test("a passphrase is asked for", () => {
    const secret = { ...manifest("sqlite", ".age"), encryption: { kind: "passphrase" as const, recipients: [] } };
    expect(commandsOf(recoveryNote([secret]))).toContain("age -d app_1.sqlite.age > restored.db");
  });

  test("come in the order in which they are run", () => {
    const parts = [
      part("main", "pgdump.zst"),
      part("globals", "globals.sql.zst"),
      part("database", "database.sql.zst"),
    ];
    expect(commandsOf(recoveryNote([{ ...manifest("pgdump", ".zst"), parts }]))).toEqual([
      `echo '${SHA}  app_1.pgdump.zst' | sha256sum -c -`,
      `echo '${SHA}  app_1.globals.sql.zst' | sha256sum -c -`,
      `echo '${SHA}  app_1.database.sql.zst' | sha256sum -c -`,
      "zstd -d -c app_1.globals.sql.zst | psql -X -q -d postgres",
      "createdb -T template0 newdb",
      "zstd -d -c app_1.pgdump.zst | pg_restore --exit-on-error -d newdb",
      "zstd -d -c app_1.database.sql.zst > database.sql",
    ]);
  });

  test("quote what a shell would take apart, and a leading dash", () => {
    const odd = { ...part("main", "sqlite"), file: "-a 'b' $(x).sqlite" };
    expect(commandsOf(recoveryNote([{ ...manifest("sqlite", ""), parts: [odd] }]))).toContain(
      "cp './-a '\\''b'\\'' $(x).sqlite' restored.db",
    );
  });
});

test("backups of each target are listed newest first, whatever the order given", () => {
  const note = recoveryNote([
    { ...manifest("sqlite", ""), id: "b_old", target: "b", takenAt: "2026-11-18T02:00:00Z" },
    { ...manifest("sqlite", ""), id: "b_new", target: "b", takenAt: "2026-11-20T02:00:00Z", seq: 2 },
    { ...manifest("sqlite", ""), id: "b_newest", target: "b", takenAt: "2026-11-20T02:00:00Z", seq: 3 },
    { ...manifest("sqlite", ""), id: "a_1", target: "a" },
  ]);
  expect([...note.matchAll(/^#{2,3} (.+)$/gm)].map((match) => match[1])).toEqual([
    "a",
    "a_1",
    "b",
    "b_newest",
    "b_new",
    "b_old",
  ]);
});

test("says what a backup is not, and to whom it is encrypted", () => {
  const note = recoveryNote([
    {
      ...manifest("sqlite", ".age"),
      isPartial: true,
      condition: { state: "damaged", details: [] },
      encryption: { kind: "recipients", recipients: ["age1xyz"] },
    },
  ]);
  expect(note).toContain("**Partial: it holds some tables only.**");
  expect(note).toContain("**The database was damaged when this was taken.**");
  expect(note).toContain("Encrypted to age1xyz.");
});

test("a name cannot break out of its line", () => {
  const note = recoveryNote([{ ...manifest("sqlite", ""), target: "x\n```bash\nrm -rf /\n```" }]);
  expect(commandsOf(note).join("\n")).not.toContain("rm -rf");
});

test("an empty store still says how to read file names", () => {
  expect(recoveryNote([])).toContain("The name is the recipe");
});

/** The commands of all backups, without the comments. */
function commandsOf(note: string): string[] {
  const chapters = note.slice(note.indexOf("\n## "));
  return [...chapters.matchAll(/^```bash\n([\s\S]*?)^```$/gm)]
    .flatMap((match) => (match[1] ?? "").split("\n"))
    .filter((line) => line !== "" && !line.startsWith("#"));
}

function part(kind: ManifestPart["kind"], extensions: string): ManifestPart {
  return { kind, file: `app_1.${extensions}`, rawBytes: 1000, storedBytes: 500, rawSha256: SHA, storedSha256: SHA };
}

function manifest(format: string, layers: string): ManifestBody {
  return {
    version: 1,
    id: "app_1",
    target: "app",
    engine: "any",
    format,
    identity: "file:/srv/app.db",
    seq: 1,
    startedAt: "2026-11-20T02:00:00Z",
    takenAt: "2026-11-20T02:00:00Z",
    durationMs: 1,
    run: "r1",
    tool: { name: "dbops", version: "0.1.0" },
    origin: {
      label: "/srv/app.db",
      serverVersion: "3.53.2",
      clientVersion: "3.53.2",
      systemIdentifier: null,
      timeline: null,
      role: null,
      consistencyPoint: null,
    },
    isPartial: false,
    condition: { state: "sound", details: [] },
    compression: "none",
    encryption: null,
    parts: [part("main", `${format}${layers}`)],
    fingerprint: { algorithm: null, schemaAlgorithm: null, schemaHash: SHA, tables: [], notCovered: [] },
    verified: "read",
    adopted: false,
    auditHead: null,
  };
}
