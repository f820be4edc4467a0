import { expect, test } from "vitest";
import { mayImport, roomOf } from "../support/rooms.js";
import { packagesLoadedBy, parseSource } from "../support/source-walk.js";

const value = (from: string) => ({ from, kind: "value", isPackage: false, line: 1 }) as const;

test("comments and literals are no code", () => {
  const hole = "$" + "{";
  const { code, withStrings } = parseSource(
    "a.ts",
    [
      'const a = "console.log"; // console.log',
      `const b = \`as any ${hole}c.d(\`${hole}"x}"}\`)} as any\`; /* as any */`,
      "const r = /['\"`/]any[/]/g.test(e) / 2;",
    ].join("\n"),
  );
  expect(code).toContain("c.d(");
  expect(code).toContain(".test(e) / 2;");
  expect(code).not.toMatch(/console|any/);
  expect(withStrings).toContain('"console.log"; ');
  expect(code.split("\n")).toHaveLength(3);
});

test("imports of every kind are found", () => {
  const { imports } = parseSource(
    "lib/backup/a.ts",
    [
      'import type { A } from "../core/a.js";',
      'import {\n  b,\n  type C,\n} from "./b.js";',
      'import "node:fs/promises";',
      'export { d } from "@clack/prompts/x";',
      'const e = await import("pg");',
      '// import x from "ora";',
      "const no = \"import x from 'ora'\";",
    ].join("\n"),
  );
  expect(imports.map(({ kind, from, line }) => `${line} ${kind} ${from}`)).toEqual([
    "1 type lib/core/a.ts",
    "2 value lib/backup/b.ts",
    "6 value node:fs",
    "7 value @clack/prompts",
    "8 dynamic pg",
  ]);
});

test("rooms and walls", () => {
  expect(roomOf("lib/backup/manifest.ts")).toBe("lib/DOMAIN");
  expect(mayImport("lib/backup/a.ts", value("lib/retention/b.ts"))).toBe(true);
  expect(mayImport("lib/backup/a.ts", value("drivers/sqlite/connect.ts"))).toBe(false);
  expect(mayImport("lib/backup/a.ts", value("drivers/open.ts"))).toBe(false);
  expect(mayImport("lib/backup/a.ts", { ...value("drivers/driver.ts"), kind: "type" })).toBe(true);
  expect(mayImport("lib/backup/a.ts", value("lib/terminal/terminal.ts"))).toBe(false);
  expect(mayImport("drivers/sqlite/a.ts", value("drivers/postgres/b.ts"))).toBe(false);
  expect(mayImport("drivers/sqlite/worker/a.ts", value("drivers/sqlite/b.ts"))).toBe(true);
  expect(mayImport("commands/backup/a.ts", value("commands/restore/b.ts"))).toBe(false);
  expect(mayImport("commands/backup/a.ts", value("lib/backup/b.ts"))).toBe(true);
  expect(mayImport("lib/core/a.ts", value("lib/system/b.ts"))).toBe(false);
  expect(mayImport("lib/storage/a.ts", { ...value("lib/codec/stage.ts"), kind: "type" })).toBe(true);
  expect(mayImport("lib/storage/a.ts", value("lib/codec/stage.ts"))).toBe(false);
});

test("the packages of a start come with the chain that loads them", () => {
  const files = [
    parseSource("main.ts", 'import "./a.js"; import type { X } from "pg"; const y = await import("./b.js");'),
    parseSource("a.ts", 'import z from "zod"; import "./main.js";'),
    parseSource("b.ts", 'import "yaml";'),
  ];
  expect([...packagesLoadedBy("main.ts", files)]).toEqual([["zod", "main.ts -> a.ts -> zod"]]);
});
