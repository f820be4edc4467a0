import { expect, test } from "vitest";
import { readScript } from "#dbops/drivers/postgres/script-reader.js";

// However a script comes in pieces, its statements, rows and lines are the same.

const SCRIPT = [
  "\ufeff-- é",
  "SELECT 'a;''b', E'c\\';', \"d;\" /* e; /* f */ */, $$g;$$, $h$;$$;$h$, x$1 FROM i$$; SELECT 2;",
  "COPY t (s) FROM stdin;",
  "a\\.b",
  "\\.c",
  "",
  "\\\\.",
  "\\.",
  "COPY t FROM stdin;",
  "\\.\r",
  "INSERT INTO t",
  "  VALUES ('ä",
  "\\.",
  "');",
  "",
].join("\n");

interface Read {
  readonly statements: readonly (readonly [sql: string, line: number, lastLine: number])[];
  readonly rows: readonly string[];
}

async function read(script: Buffer, pieceBytes: number): Promise<Read> {
  async function* chunks(): AsyncIterable<Buffer> {
    for (let at = 0; at < script.length; at += pieceBytes) yield script.subarray(at, at + pieceBytes);
  }
  const statements: (readonly [string, number, number])[] = [];
  const rows: string[] = [];
  let open: Buffer[] = [];
  for await (const piece of readScript(chunks())) {
    if (piece.kind === "statement") statements.push([piece.sql, piece.line, piece.lastLine]);
    else if (piece.kind === "rows") open.push(Buffer.from(piece.bytes));
    else {
      rows.push(Buffer.concat(open).toString());
      open = [];
    }
  }
  return { statements, rows };
}

test("in pieces of any size", async () => {
  const script = Buffer.from(SCRIPT);
  const whole = await read(script, script.length);
  expect(whole).toEqual({
    statements: [
      ["SELECT 'a;''b', E'c\\';', \"d;\" /* e; /* f */ */, $$g;$$, $h$;$$;$h$, x$1 FROM i$$", 2, 2],
      [" SELECT 2", 2, 2],
      ["COPY t (s) FROM stdin", 3, 3],
      ["COPY t FROM stdin", 9, 9],
      ["INSERT INTO t\n  VALUES ('ä\n\\.\n')", 11, 14],
    ],
    rows: ["a\\.b\n\\.c\n\n\\\\.\n", ""],
  });
  for (let bytes = 1; bytes < script.length; bytes += 1)
    expect([bytes, await read(script, bytes)]).toEqual([bytes, whole]);
});

test.each([
  ["bytes that are no UTF-8", Buffer.from("SELECT 1;\nSELECT 'é';", "latin1"), "line 2: it is not UTF-8"],
  ["a NUL", Buffer.from("SELECT 1;\n\nSELECT '\0';"), "line 3: it holds a NUL byte"],
  ["something behind COPY", Buffer.from("COPY t FROM stdin; SELECT 1;\n"), "line 1: something follows a COPY"],
])("%s is refused", async (_title, script, why) => {
  await expect(read(script, 7)).rejects.toMatchObject({ code: "DB.REFUSED", why: expect.stringContaining(why) });
});
