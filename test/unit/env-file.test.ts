import { expect, test } from "vitest";
import { parseEnvFile } from "#dbops/lib/core/env-file.js";

test("the dialect that applications share", () => {
  const text = [
    "\uFEFF# comment",
    "PLAIN=a b # comment",
    "HASH=a#b",
    "export EXPORTED = spaced ",
    "EMPTY=",
    "SINGLE='a \"b\" \\n # c'",
    'DOUBLE="a\\n\\"b\\" # c" # comment',
    'LINES="first',
    'second"',
    "URL=postgres://u:p=1@h/d?x=y",
    "",
  ].join("\r\n");
  expect(Object.fromEntries(parseEnvFile(text).values)).toEqual({
    PLAIN: "a b",
    HASH: "a#b",
    EXPORTED: "spaced",
    EMPTY: "",
    SINGLE: 'a "b" \\n # c',
    DOUBLE: 'a\n"b" # c',
    LINES: "first\nsecond",
    URL: "postgres://u:p=1@h/d?x=y",
  });
});

test("what is no assignment is named by its line and swallows nothing", () => {
  const { values, strangeLines } = parseEnvFile('A=1\nnot one\n=x\nB="open\nC=3\n');
  expect(Object.fromEntries(values)).toEqual({ A: "1", C: "3" });
  expect(strangeLines).toEqual([2, 3, 4]);
});
