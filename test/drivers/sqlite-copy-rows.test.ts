import { describe, expect, inject, test } from "vitest";
import type { CopyColumn, RowKey } from "#dbops/drivers/copy-rows-model.js";
import { decoderOf } from "#dbops/drivers/sqlite/copy/decode-cell.js";
import { encoderOf } from "#dbops/drivers/sqlite/copy/encode-cell.js";
import { BY_ID, fieldsOf, ID, MARK, rowsWorld, VALUE } from "../support/copy-rows-world.js";
import { SPELLINGS } from "../support/copy-spellings.js";
import { onServer } from "../support/fresh-database.js";

describe.each(Object.entries(SPELLINGS))("%s", (_, { type, stored = VALUE, native, cases }) => {
  const column: CopyColumn = { name: "v", type, stored, misfit: "fail" };

  test("is spelled alike however it is read", async () => {
    await using world = await rowsWorld(["NULL", ...cases.map(([value]) => value)]);
    const expected = ["\\N", ...cases.map(([, field]) => field)];
    for (const key of [BY_ID, { kind: "none" }, { kind: "hidden" }] satisfies RowKey[]) {
      expect(fieldsOf(await world.rows({ columns: [ID, column], key }))).toEqual(expected);
    }
    // A genuine U+FFFD elsewhere makes the reader look at every cell closely.
    expect(fieldsOf(await world.rows({ columns: [ID, column, MARK], key: { kind: "none" } }))).toEqual(expected);
  });

  test("comes back the same from what it is kept as", () => {
    const [encode, decode] = [encoderOf(column), decoderOf(column)];
    for (const [, field] of cases) {
      const cell = decode(field);
      expect([field, cell === null ? null : encode(cell)]).toEqual([field, field]);
    }
  });

  test("is how PostgreSQL spells it", async () => {
    const texts = cases.map(([, field]) =>
      field.replaceAll(/\\(.)/g, (_all, letter: string) => LETTERS[letter] ?? letter),
    );
    const rows = await onServer(
      inject("postgresUrl"),
      `SELECT ${spelledBy(native)} AS v FROM unnest(string_to_array($1, '|~|')) WITH ORDINALITY AS t(v, n) ORDER BY n`,
      [texts.join("|~|")],
    );
    expect(rows.map(({ v }) => v)).toEqual(texts);
  });
});

const WITH_MISFITS = Object.entries(SPELLINGS).filter(([, { misfits }]) => misfits.length > 0);

test.each(WITH_MISFITS)(
  "%s is left out with its value where it does not fit",
  async (_, { type, stored = VALUE, misfits }) => {
    const column: CopyColumn = { name: "v", type, stored, misfit: "fail" };
    await using world = await rowsWorld(["NULL", ...misfits]);
    for (const key of [BY_ID, { kind: "none" }] satisfies RowKey[]) {
      const read = await world.read({ columns: [ID, { ...column, misfit: "reject" }], key });
      expect([fieldsOf(read.text), read.rejects.map(({ isRowLeftOut }) => isRowLeftOut)]).toEqual([
        ["\\N"],
        misfits.map(() => true),
      ]);
      const nulls = await world.read({ columns: [ID, { ...column, misfit: "null" }], key });
      expect(fieldsOf(nulls.text)).toEqual(["\\N", ...misfits.map(() => "\\N")]);
    }
    await expect(world.read({ columns: [ID, column], key: BY_ID })).rejects.toMatchObject({
      code: "COPY.UNFIT",
      message: "t.v has a value that does not fit, at id 2",
    });
  },
);

/** COPY spells booleans with one letter, a cast does not. */
function spelledBy(native: string): string {
  return native === "boolean" ? "boolout(t.v::boolean)::text" : `t.v::${native}::text`;
}

const LETTERS: Readonly<Record<string, string>> = { t: "\t", n: "\n", r: "\r", b: "\b", v: "\v", f: "\f" };
