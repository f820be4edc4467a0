import { expect, test } from "vitest";
import type { View } from "#dbops/lib/core/view.js";
import { loadPaint } from "#dbops/lib/terminal/colour.js";
import { displayWidth } from "#dbops/lib/terminal/display-width.js";
import { renderError, renderStack } from "#dbops/lib/terminal/error-view.js";
import { renderView } from "#dbops/lib/terminal/render-view.js";
import type { Style } from "#dbops/lib/terminal/style.js";
import { symbolsFor } from "#dbops/lib/terminal/symbols.js";
import { visibleText } from "#dbops/lib/terminal/visible-text.js";

const plain: Style = {
  paint: await loadPaint(0),
  symbols: symbolsFor({ LANG: "C.UTF-8" }),
  width: null,
  clean: (text) => visibleText(text.replaceAll("hunter2", "***")),
};

const tables = (rows: readonly (readonly string[])[]): View => ({
  blocks: [
    { kind: "table", columns: [{ title: "table" }, { title: "rows" }, { title: "note" }], rows, empty: "no tables" },
  ],
});

test("blocks, facts, tables and the next command", async () => {
  const view: View = {
    blocks: [
      { kind: "text", text: "backup taken", tone: "good" },
      {
        kind: "facts",
        title: "Backup",
        entries: [
          ["id", "app_1"],
          ["state", { text: "proven\nin 3 s", tone: "good" }],
        ],
      },
      ...tables([
        ["users", "1,234", ""],
        ["日本", "5", "two\nlines"],
      ]).blocks,
    ],
    next: "dbops backup list app",
  };
  expect(await renderView(view, plain)).toBe(
    [
      "✔ backup taken",
      "",
      "Backup",
      "id:     app_1",
      "state:  proven",
      "        in 3 s",
      "",
      "table   rows  note",
      "─────  ─────  ─────",
      "users  1,234",
      "日本       5  two",
      "              lines",
      "",
      "next: dbops backup list app",
      "",
    ].join("\n"),
  );
});

test("an empty table says so", async () => {
  expect(await renderView(tables([]), plain)).toBe("no tables\n");
});

test("cells are cut to fit a terminal, widest first, and never elsewhere", async () => {
  const wide = tables([["x".repeat(200), "5", "日".repeat(60)]]);
  const onScreen = (await renderView(wide, { ...plain, width: 60 })).split("\n");
  expect(Math.max(...onScreen.map(displayWidth))).toBeLessThanOrEqual(60);
  expect(onScreen[2]).toMatch(/^x+…\s+5\s+日+…$/);
  const inFile = await renderView(wide, plain);
  expect(inFile).toContain("x".repeat(200));
  expect(inFile).toContain("日".repeat(60));
});

test("spare columns go before cells become unreadable, and what people copy is never cut", async () => {
  const id = `shop_20261120T202620Z_${"7".repeat(6)}`;
  const columns = [
    { title: "id", isWhole: true },
    { title: "taken", spare: 1 },
    { title: "rows", spare: 2 },
    { title: "state" },
  ] as const;
  const rows = [[id, "2026-11-20 20:26:20 +00:00", "4,000,000", "proven 1.6 s ago, 2.5 s"]];
  const view: View = { blocks: [{ kind: "table", columns, rows, empty: "none" }] };
  const headAt = async (width: number | null) => {
    const lines = (await renderView(view, { ...plain, width })).split("\n");
    expect(lines[2]).toContain(id);
    if (width !== null) expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
    return lines[0]?.split(/ {2,}/);
  };
  expect(await headAt(null)).toEqual(["id", "taken", "rows", "state"]);
  expect(await headAt(100)).toEqual(["id", "taken", "rows", "state"]);
  expect(await headAt(60)).toEqual(["id", "rows", "state"]);
  expect(await headAt(50)).toEqual(["id", "state"]);
});

test("data can neither drive the terminal nor show a secret cut short", async () => {
  const view = tables([["\x1b[2J\x07evil", "1", "hunter2".repeat(1)]]);
  const text = await renderView(view, { ...plain, width: 24 });
  expect(text).toContain("\\x1b[2J");
  expect(text).not.toContain("\x1b");
  expect(text).not.toContain("hunt");
});

test("raw text is verbatim in a file and harmless on a terminal", async () => {
  const view: View = { blocks: [{ kind: "raw", text: "a\tb\x1b[0m\n" }] };
  expect(await renderView(view, plain)).toBe("a\tb\x1b[0m\n");
  expect(await renderView(view, { ...plain, width: 80 })).toBe("a\tb\\x1b[0m\n");
});

test("an error: what, why, what to do, codes", () => {
  const report = {
    code: "BACKUP.DAMAGED",
    message: "cannot read",
    why: "one\ntwo",
    hint: "dbops list",
    retryable: false,
  };
  expect(renderError(report, plain)).toBe(
    "✖ cannot read\n  why: one\n       two\n  do: dbops list\n  BACKUP.DAMAGED (exit 10)\n",
  );
  expect(renderError({ ...report, why: null, hint: null }, plain)).toBe("✖ cannot read\n  BACKUP.DAMAGED (exit 10)\n");
});

test("the stack has every cause, redacted, and ends in a circle", () => {
  const inner = new Error("inner hunter2");
  const outer = new Error("outer", { cause: inner });
  inner.cause = outer;
  const text = renderStack(outer, plain);
  expect(text).toContain("  Error: outer\n");
  expect(text).toContain("  caused by: Error: inner ***\n");
});
