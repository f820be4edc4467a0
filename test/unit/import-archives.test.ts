import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { codeOf, temporaryFolder } from "../support/codec-run.js";
import { openRecords, readRequest, readTable, readTables } from "../support/import-reading.js";

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder[Symbol.asyncDispose]());

const place = (name: string) => join(folder.path, name);

/** Tables by name with their rows. */
async function contentOf(path: string): Promise<Record<string, unknown>> {
  const tables = await readTables(path, folder.path);
  return Object.fromEntries(tables.map(({ name, rows }) => [name ?? "", rows]));
}

async function makeFolder(name: string): Promise<string> {
  const path = place(name);
  await mkdir(path);
  await writeFile(join(path, "users.csv"), "id,name\n1,x\n2,\n");
  await writeFile(join(path, "orders.ndjson"), '{"id":1}\n');
  await writeFile(join(path, "packed.csv.gz"), gzipSync(`a,b\n${"1,2\n".repeat(3)}`));
  await writeFile(join(path, "notes.md"), "nothing");
  return path;
}

const CONTENT = {
  users: [
    ["1", "x"],
    ["2", null],
  ],
  orders: [[{ kind: "number", text: "1" }]],
  packed: [
    ["1", "2"],
    ["1", "2"],
    ["1", "2"],
  ],
};

describe("a folder without a manifest, as it is and packed by the usual programs", () => {
  beforeAll(() => makeFolder("data"));

  test.each([
    ["the folder", "data", []],
    ["zip", "data.zip", ["zip", "-qr"]],
    ["zip that only stores", "stored.zip", ["zip", "-qr0"]],
    ["zip with 64-bit sizes", "large.zip", ["zip", "-q", "-r", "-fz"]],
    ["tar", "data.tar", ["tar", "-cf"]],
    ["tar.gz", "data.tar.gz", ["tar", "-czf"]],
    ["tgz", "data.tgz", ["tar", "-czf"]],
    ["tar.zst", "data.tar.zst", ["tar", "--zstd", "-cf"]],
    ["a tar of POSIX's newer kind", "pax.tar", ["tar", "--format=pax", "-cf"]],
  ])("%s", async (_, name, [program, ...flags]) => {
    if (program !== undefined) execFileSync(program, [...flags, name, "data"], { cwd: folder.path });
    const notices: string[] = [];
    const tables = await openRecords(readRequest(place(name), folder.path, { onNotice: (text) => notices.push(text) }));
    const read = await Promise.all(tables.map(readTable));
    expect(Object.fromEntries(read.map((table) => [table.name, table.rows]))).toEqual(CONTENT);
    expect(notices).toEqual([expect.stringContaining("notes.md")]);
  });

  test("names longer than a tar header holds", async () => {
    const long = "n".repeat(180);
    await mkdir(place("long"));
    await writeFile(join(place("long"), `${long}.csv`), "a,b\n1,2\n");
    for (const format of ["gnu", "pax"]) {
      execFileSync("tar", [`--format=${format}`, "-cf", "long.tar", "long"], { cwd: folder.path });
      expect(await contentOf(place("long.tar"))).toEqual({ [long]: [["1", "2"]] });
    }
  });

  test("a zip that has the separator of Windows", async () => {
    await writeFile(place("windows.zip"), zipOf([{ name: "data\\" }, { name: "data\\x.csv" }]));
    expect(await contentOf(place("windows.zip"))).toEqual({ x: [["1", "2"]] });
  });

  test("two files of one name are refused", async () => {
    await mkdir(place("twins"));
    await writeFile(join(place("twins"), "a.csv"), "a,b\n1,2\n");
    await writeFile(join(place("twins"), "a.json"), "[]");
    expect(await codeOf(readTables(place("twins"), folder.path))).toBe("USAGE.INVALID");
  });

  test("archives that were cut short are refused", async () => {
    for (const name of ["data.zip", "data.tar", "data.tar.gz"]) {
      const path = place(`cut-${name}`);
      execFileSync("cp", [place(name), path]);
      await truncate(path, name === "data.tar" ? 900 : 200);
      expect(await codeOf(readTables(path, folder.path)), name).toBe("IMPORT.INPUT_INVALID");
    }
    const whole = tarOf([{ name: "x.csv" }, { name: "y.csv" }]);
    expect(await codeOfArchive("whole.tar", whole)).toBe("no error");
    expect(await codeOfArchive("between.tar", whole.subarray(0, 1024))).toBe("IMPORT.INPUT_INVALID");
  });

  test("sizes that are none, and files that are stored without their holes, are refused", async () => {
    const told = (record: string) => {
      const line = `${record.length + 4} ${record}\n`;
      return tarOf([{ name: "pax", type: "x", content: Buffer.from(line) }, { name: "x.csv" }]);
    };
    for (const size of ["-512", "1e400", "x", "18446744073709551615"]) {
      expect(await codeOfArchive("size.tar", told(`size=${size}`)), size).toBe("IMPORT.INPUT_INVALID");
    }
    expect(await codeOfArchive("sparse.tar", told("GNU.sparse.major=1"))).toBe("USAGE.INVALID");
  });
});

interface Entry {
  readonly name: string;
  readonly content?: Buffer;
  readonly type?: string;
}

/** A tar archive of entries as no program would write them. */
function tarOf(entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ name, content = Buffer.from("a,b\n1,2\n"), type = "0" }) => {
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write("0000600\0", 100);
    header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
    header.write("        ", 148);
    header.write(type, 156);
    header.write("ustar\x0000", 257);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
    return [header, content, Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

interface ZipEntrySpec {
  readonly name: string;
  readonly content?: Buffer;
  readonly flags?: number;
  readonly mode?: number;
  readonly claimedSize?: number;
  readonly startAt?: number;
}

function zipOf(entries: readonly ZipEntrySpec[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const {
    name,
    content = Buffer.from("a,b\n1,2\n"),
    flags = 0,
    mode = 0o100600,
    claimedSize,
    startAt,
  } of entries) {
    const packed = deflateRawSync(content);
    const shared = Buffer.alloc(26);
    shared.writeUInt16LE(20, 0);
    shared.writeUInt16LE(flags, 2);
    shared.writeUInt16LE(8, 4);
    shared.writeUInt32LE(crc32(content), 10);
    shared.writeUInt32LE(packed.length, 14);
    shared.writeUInt32LE(claimedSize ?? content.length, 18);
    shared.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), shared, Buffer.from(name), packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(startAt ?? offset, 10);
    directory.push(Buffer.from("PK\x01\x02"), Buffer.from([20, 3]), shared, tail, Buffer.from(name));
    parts.push(local);
    offset += local.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listed, end]);
}

async function codeOfArchive(name: string, bytes: Buffer, wish: object = {}): Promise<string> {
  await writeFile(place(name), bytes);
  return await codeOf(readTables(place(name), folder.path, wish));
}

describe("hostile archives are refused", () => {
  test.each([
    ["a path that leads out", ["../x.csv"]],
    ["one in the middle", ["a/../../x.csv"]],
    ["one of another system", ["..\\x.csv"]],
    ["an absolute path", ["/etc/x.csv"]],
    ["a drive", ["C:\\x.csv"]],
    ["an entry that is there twice", ["x.csv", "x.csv"]],
    ["an archive within", ["x.csv", "y.zip"]],
    ["a compressed one", ["x.tar.gz"]],
  ])("%s", async (_, names) => {
    const entries = names.map((name) => ({ name }));
    expect(await codeOfArchive("hostile.zip", zipOf(entries))).toBe("USAGE.INVALID");
    expect(await codeOfArchive("hostile.tar", tarOf(entries))).toBe("USAGE.INVALID");
  });

  test("links, devices and pipes", async () => {
    expect(await codeOfArchive("link.zip", zipOf([{ name: "x.csv", mode: 0o120777 }]))).toBe("USAGE.INVALID");
    for (const type of ["1", "2", "3", "6"]) {
      expect(await codeOfArchive("link.tar", tarOf([{ name: "x.csv", type }])), type).toBe("USAGE.INVALID");
    }
    await mkdir(place("linked"));
    await symlink("/etc/passwd", join(place("linked"), "x.csv"));
    execFileSync("tar", ["-cf", "linked.tar", "linked"], { cwd: folder.path });
    await expect(readTables(place("linked.tar"), folder.path)).rejects.toMatchObject({
      code: "USAGE.INVALID",
      message: expect.stringContaining("linked/x.csv"),
      why: "it is a link",
    });
  });

  test("an encrypted entry, and one that shares another's bytes", async () => {
    expect(await codeOfArchive("secret.zip", zipOf([{ name: "x.csv", flags: 1 }]))).toBe("USAGE.INVALID");
    expect(await codeOfArchive("shared.zip", zipOf([{ name: "x.csv" }, { name: "y.csv", startAt: 0 }]))).toBe(
      "USAGE.INVALID",
    );
  });

  test("ten thousand entries and one", async () => {
    const entries = Array.from({ length: 10_001 }, (_, index) => ({ name: `${index}.txt` }));
    expect(await codeOfArchive("many.zip", zipOf(entries))).toBe("USAGE.INVALID");
    expect(await codeOfArchive("many.tar", tarOf(entries))).toBe("USAGE.INVALID");
    expect(await codeOfArchive("enough.zip", zipOf([{ name: "x.csv" }, ...entries.slice(2)]))).toBe("no error");
  });

  test("what unfolds a hundredfold beyond 100 MB", async () => {
    const bomb = Buffer.alloc(120_000_000, `1,${"2".repeat(9997)}\n`);
    expect(await codeOfArchive("bomb.csv.gz", gzipSync(bomb))).toBe("USAGE.INVALID");
    expect(await codeOfArchive("bomb.zip", zipOf([{ name: "x.csv", content: bomb }]))).toBe("USAGE.INVALID");
    expect(await codeOfArchive("bomb.tgz", gzipSync(tarOf([{ name: "x.csv", content: bomb }])))).toBe("USAGE.INVALID");
    const harmless = bomb.subarray(0, 99_000_000);
    expect(await codeOfArchive("dense.csv.gz", gzipSync(harmless))).toBe("no error");
  });

  test("more bytes than are allowed", async () => {
    const content = Buffer.alloc(3000, "1,2\n");
    const wish = { maxBytes: 2000 };
    expect(await codeOfArchive("large.csv.gz", gzipSync(content), wish)).toBe("USAGE.INVALID");
    expect(await codeOfArchive("large.zip", zipOf([{ name: "x.csv", content }]), wish)).toBe("USAGE.INVALID");
    expect(await codeOfArchive("large.tgz", gzipSync(tarOf([{ name: "x.csv", content }])), wish)).toBe("USAGE.INVALID");
    expect(await codeOfArchive("plain.csv", content, wish)).toBe("no error");
  });

  test("an entry that is longer than it claims, and one whose bytes were changed", async () => {
    expect(await codeOfArchive("liar.zip", zipOf([{ name: "x.csv", claimedSize: 4 }]))).toBe("IMPORT.INPUT_INVALID");
    const good = zipOf([{ name: "x.csv", content: Buffer.from("a,b\n".repeat(50)) }]);
    good.writeUInt32LE(1, good.lastIndexOf("PK\x01\x02") + 16);
    expect(await codeOfArchive("changed.zip", good)).toBe("IMPORT.INPUT_INVALID");
  });
});

const sha256 = (content: string | Buffer) => createHash("sha256").update(content).digest("hex");
const SCHEMA = "CREATE TABLE t (id INTEGER, data BLOB);\nCREATE INDEX i ON t (id);\n";

interface ExportSpec {
  readonly content?: string;
  readonly change?: (manifest: Record<string, unknown>) => void;
  readonly blob?: "hex" | "base64";
}

/** A folder as `dbops export` writes it. */
async function exported(
  name: string,
  { content = 'id,data\n1,\\x00ff\n,""\n', change, blob = "hex" }: ExportSpec = {},
) {
  const path = place(name);
  await rm(path, { recursive: true, force: true });
  await mkdir(path);
  const manifest = {
    version: 1,
    tool: "dbops 1.0.0",
    engine: "sqlite",
    serverVersion: "3.53.2",
    takenAt: "2026-11-27T21:00:00.000Z",
    format: "csv",
    dialect: { delimiter: ",", null: null, blob, int64: null, compression: "none" },
    schemaFile: { file: "schema.sql", sha256: sha256(SCHEMA), rowsAt: SCHEMA.indexOf("CREATE INDEX") },
    tables: [
      {
        schema: "main",
        name: "T able",
        file: "T%20able.csv",
        columns: [
          { name: "id", type: "INTEGER", generated: false },
          { name: "data", type: "BLOB", generated: true },
        ],
        rows: 2,
        bytes: Buffer.byteLength(content),
        sha256: sha256(content),
        nonFinite: ["id"],
        blobs: ["data"],
        mixed: [],
        where: null,
        limit: null,
        allColumns: true,
        unsafeText: [],
      },
    ],
  };
  change?.(manifest);
  await writeFile(join(path, "T%20able.csv"), content);
  await writeFile(join(path, "schema.sql"), SCHEMA);
  await writeFile(join(path, "manifest.json"), JSON.stringify(manifest));
  return path;
}

describe("an export with its manifest", () => {
  const ROWS = [
    ["1", Buffer.from([0, 255])],
    [null, ""],
  ];

  test("brings its tables, and what the files alone do not tell", async () => {
    const [table] = await openRecords(readRequest(await exported("export"), folder.path));
    if (table === undefined || table.origin === null) throw new Error("no export");
    expect([table.name, table.schema, table.columns]).toEqual(["T able", "main", ["id", "data"]]);
    expect(table.origin).toMatchObject({
      engine: "sqlite",
      types: new Map([
        ["id", "INTEGER"],
        ["data", "BLOB"],
      ]),
      generated: new Set(["data"]),
      nonFinite: new Set(["id"]),
    });
    expect(await table.origin.readSchema?.()).toEqual({
      before: "CREATE TABLE t (id INTEGER, data BLOB);\n",
      after: "CREATE INDEX i ON t (id);\n",
    });
    expect((await readTable(table)).rows).toEqual(ROWS);
  });

  test("bytes in base64", async () => {
    const path = await exported("export", { content: "id,data\n1,AP8=\n2,\n", blob: "base64" });
    const [table] = await readTables(path, folder.path);
    expect(table?.rows).toEqual([
      ["1", Buffer.from([0, 255])],
      ["2", null],
    ]);
  });

  test("from archives, too, with or without a folder around it", async () => {
    const path = await exported("export");
    execFileSync("tar", ["-czf", place("export.tgz"), "export"], { cwd: folder.path });
    execFileSync("zip", ["-qr", place("export.zip"), "."], { cwd: path });
    for (const name of ["export.tgz", "export.zip"]) {
      const [table] = await readTables(place(name), folder.path);
      expect([table?.name, table?.rows], name).toEqual(["T able", ROWS]);
    }
  });

  test("an empty table of JSON lines has its columns", async () => {
    const path = await exported("export", {
      content: "",
      change: (manifest) => {
        manifest.format = "ndjson";
        manifest.dialect = { delimiter: null, null: null, blob: null, int64: "number", compression: "none" };
        const [table] = Array.isArray(manifest.tables) ? manifest.tables : [];
        table.rows = 0;
      },
    });
    expect(await readTables(path, folder.path)).toMatchObject([{ columns: ["id", "data"], rows: [] }]);
  });

  test.each([
    ["changed bytes", async (path: string) => writeFile(join(path, "T%20able.csv"), 'id,data\n2,\\x00ff\n,""\n')],
    ["missing bytes", async (path: string) => truncate(join(path, "T%20able.csv"), 12)],
    ["a missing file", async (path: string) => rm(join(path, "T%20able.csv"))],
  ])("%s are found", async (_, harm) => {
    const path = await exported("export");
    await harm(path);
    expect(await codeOf(readTables(path, folder.path))).toBe("IMPORT.CHECKSUM_MISMATCH");
  });

  test("another number of records is found", async () => {
    const change = (manifest: Record<string, unknown>) => {
      const [table] = Array.isArray(manifest.tables) ? manifest.tables : [];
      table.rows = 3;
    };
    expect(await codeOf(readTables(await exported("export", { change }), folder.path))).toBe(
      "IMPORT.CHECKSUM_MISMATCH",
    );
  });

  test("a changed schema is found", async () => {
    const path = await exported("export");
    await writeFile(join(path, "schema.sql"), SCHEMA.toLowerCase());
    const [table] = await openRecords(readRequest(path, folder.path));
    expect(await codeOf(table?.origin?.readSchema?.() ?? Promise.resolve())).toBe("IMPORT.CHECKSUM_MISMATCH");
  });

  test.each([
    [
      "a newer version",
      "UNSUPPORTED.FORMAT_VERSION",
      (manifest: Record<string, unknown>) => {
        manifest.version = 2;
      },
    ],
    [
      "a missing part",
      "IMPORT.MANIFEST_INVALID",
      (manifest: Record<string, unknown>) => {
        delete manifest.dialect;
      },
    ],
  ])("%s is refused", async (_, code, change) => {
    expect(await codeOf(readTables(await exported("export", { change }), folder.path))).toBe(code);
  });

  test("a manifest cut short is not taken for a table, another file of that name is", async () => {
    const path = await exported("export");
    await truncate(join(path, "manifest.json"), 200);
    expect(await codeOf(readTables(path, folder.path))).toBe("IMPORT.MANIFEST_INVALID");
    await writeFile(join(path, "manifest.json"), '[{"ship":"Ark"}]');
    expect((await readTables(path, folder.path)).map(({ name }) => name)).toContain("manifest");
  });
});
