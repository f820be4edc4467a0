import { describe, expect, test } from "vitest";
import type { CopyColumn, CopyEvent, CopyRead, CopyReader } from "#dbops/drivers/copy-rows-model.js";
import { digestRows } from "#dbops/lib/copy/digest-rows.js";
import { proveRows } from "#dbops/lib/copy/row-proof.js";

const BLOCK = 65_536;
const signal = new AbortController().signal;
const columns: readonly CopyColumn[] = [
  { name: "id", type: { kind: "integer", bits: 64 }, stored: null, misfit: "fail" },
  { name: "doc", type: { kind: "jsonb" }, stored: null, misfit: "fail" },
  { name: "word", type: { kind: "text" }, stored: null, misfit: "fail" },
];

type TableRow = readonly [id: number, doc: string, word: string];

/** Rows in memory, read as an engine would: by key, behind a key. */
function readerOf(rows: readonly TableRow[], size: number): CopyReader & { readonly begun: (string | null)[] } {
  const begun: (string | null)[] = [];
  async function* read({ after }: CopyRead): AsyncGenerator<CopyEvent> {
    begun.push(after);
    const wanted = after === null ? rows : rows.filter(([id]) => id > Number(after));
    for (let from = 0; from < wanted.length; from += size) {
      const part = wanted.slice(from, from + size);
      const text = part.map((row) => `${row.join("\t")}\n`).join("");
      yield { kind: "rows", bytes: Buffer.from(text), rows: part.length, lastKey: String(part.at(-1)?.[0]) };
    }
  }
  const nobody = async () => Promise.reject(new Error("nobody asks for that"));
  return { read, totals: nobody, query: nobody, begun };
}

function readOf(kind: "columns" | "none"): CopyRead {
  const key = kind === "none" ? ({ kind } as const) : { kind, columns: ["id"] };
  return { table: { schema: null, name: "t" }, columns, key, after: null, upTo: null };
}

async function prove(
  ours: readonly TableRow[],
  theirs: readonly TableRow[],
  {
    proof = "order",
    sizes = [1000, 700],
  }: { readonly proof?: "order" | "bag"; readonly sizes?: readonly number[] } = {},
) {
  const read = readOf(proof === "order" ? "columns" : "none");
  const source = readerOf(ours, sizes[0] ?? 1);
  const target = readerOf(theirs, sizes[1] ?? 1);
  const sent = await digestRows(source.read(read), { proof, values: null, signal });
  const found = await proveRows({ source, target, read, readBack: read, proof, signal }, sent);
  return { found, begun: { source: source.begun, target: target.begun } };
}

function rowsTo(count: number): readonly TableRow[] {
  return Array.from({ length: count }, (_, at) => [at, `{"a": ${at}}`, `word ${at}`] as const);
}

describe.each(["order", "bag"] as const)("two sides as %s", (proof) => {
  test("are equal by their bytes", async () => {
    const { found, begun } = await prove(rowsTo(5000), rowsTo(5000), { proof });
    expect(found.checksum).toMatchObject({ algorithm: "dbops-rows/1", equal: true });
    expect(found.checksum.source).toBe(found.checksum.target);
    expect([found.rows, found.differences, begun.source.length]).toEqual([5000, [], 1]);
  });

  test("without rows are equal", async () => {
    const { found } = await prove([], [], { proof });
    expect(found).toMatchObject({ rows: 0, differences: [], checksum: { equal: true } });
  });

  test("are equal by value where documents are spelled otherwise", async () => {
    const spelled = rowsTo(5000).map(([id, , word]) => [id, `{"a":${id}.0}`, word] as const);
    const { found } = await prove(rowsTo(5000), spelled, { proof });
    expect(found).toMatchObject({ differences: [], checksum: { algorithm: "dbops-rows/1 by value", equal: true } });
  });

  test("name the row and the column that differ", async () => {
    const other = rowsTo(5000).map((row): TableRow => (row[0] === 4321 ? [4321, row[1], "other"] : row));
    const { found } = await prove(rowsTo(5000), other, { proof });
    expect(found.checksum.equal).toBe(false);
    if (proof === "order") expect(found.differences).toEqual([{ key: "4321", columns: ["word"], kind: "differs" }]);
    else expect(found.differences?.map(({ kind }) => kind)).toEqual(["missing", "extra"]);
  });

  test("see a row that came twice, and one that is missing", async () => {
    const rows = rowsTo(3000);
    const { found } = await prove(rows, [...rows.slice(0, 10), ...rows.slice(9, 2000), ...rows.slice(2001)], { proof });
    expect(found.checksum.equal).toBe(false);
    expect(found.differences?.map(({ kind }) => kind).sort()).toEqual(["extra", "missing"]);
  });
});

describe("rows in order", () => {
  test("are looked at from the first block that differs, wherever batches end", async () => {
    const count = 3 * BLOCK;
    const at = 2 * BLOCK + 17;
    const other = rowsTo(count).map((row): TableRow => (row[0] === at ? [at, row[1], "other"] : row));
    const { found, begun } = await prove(rowsTo(count), other, { sizes: [10_000, 7001] });
    expect(found.differences).toEqual([{ key: String(at), columns: ["word"], kind: "differs" }]);
    expect(begun.source).toEqual([null, "129999"]);
    expect(begun.target).toEqual([null, String(Math.floor((2 * BLOCK) / 7001) * 7001 - 1)]);
  });

  test("may come in another order than the source's without being others", async () => {
    const rows = rowsTo(2000);
    const swapped = [...rows.slice(1000), ...rows.slice(0, 1000)];
    const { found } = await prove(rows, swapped);
    expect(found).toMatchObject({ differences: [], checksum: { equal: true } });
  });

  test("that only one side has at its end are named", async () => {
    const { found } = await prove(rowsTo(1001), rowsTo(1000));
    expect(found.differences).toEqual([{ key: "1000", columns: [], kind: "missing" }]);
  });
});
