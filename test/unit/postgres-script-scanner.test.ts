import { expect, test } from "vitest";
import { ScriptScanner } from "#dbops/drivers/postgres/script-scanner.js";

// What psql sends as one statement is one: a semicolon within brackets or a body of SQL ends nothing.

const ATOMIC = [
  "CREATE FUNCTION f(n int) RETURNS int",
  "    LANGUAGE sql",
  "    BEGIN ATOMIC",
  " SELECT CASE WHEN n > 0 THEN 1 ELSE 2 END AS x;",
  " SELECT 3;",
  "END;",
];

const scan = (lines: readonly string[]): void => {
  const scanner = new ScriptScanner({ isOneTransaction: true, serverMajor: 15 });
  for (const line of lines) scanner.take(line);
  scanner.end();
};

test.each([
  ["a function", ATOMIC],
  ["a replaced procedure", ["CREATE OR REPLACE PROCEDURE p() BEGIN ATOMIC", "SELECT 1;", "END;"]],
  ["a body after a comment", ["CREATE /* x */ FUNCTION f() RETURNS int BEGIN/* y */ATOMIC SELECT 1;", "END;"]],
  ["a rule of several actions", ["CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; END; SELECT 2);"]],
])("the END of %s ends no transaction", (_title, lines) => {
  expect(() => scan(lines)).not.toThrow();
});

test.each([
  ["after a body", [...ATOMIC, "END;"], "line 7: it ends the transaction"],
  ["of its own", ["SELECT 1;", "END;"], "line 2: it ends the transaction"],
  ["where a body is no function's", ["CREATE TABLE begin (n int); COMMIT;"], "line 1: it ends the transaction"],
])("an END or COMMIT %s is refused", (_title, lines, why) => {
  expect(() => scan(lines)).toThrow(expect.objectContaining({ code: "DB.REFUSED", why: expect.stringContaining(why) }));
});

test("a command of psql within a body is refused", () => {
  expect(() => scan(["CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1;", "\\! id"])).toThrow(
    expect.objectContaining({ code: "DB.REFUSED", why: expect.stringContaining("line 2: it contains a command") }),
  );
});

test("a script that ends within a body is not whole", () => {
  expect(() => scan(ATOMIC.slice(0, 4))).toThrow(expect.objectContaining({ code: "BACKUP.DAMAGED" }));
});
