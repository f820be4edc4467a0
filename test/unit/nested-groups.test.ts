import { describe, expect, test } from "vitest";
import type { Command } from "#dbops/lib/runtime/command.js";
import { type CommandTable, groupOf, nameCommand, subcommandsOf } from "#dbops/lib/runtime/command-words.js";

const load = async (): Promise<Command> => Promise.reject(new Error("nothing is loaded to find a name"));
const entry = (path: string) => ({ path, summary: "", danger: "reads" as const, load });

const TABLE: CommandTable = {
  groups: [
    { name: "migrate", summary: "" },
    { name: "migrate copy", summary: "", defaultCommand: "run" },
    { name: "backup", summary: "", defaultCommand: "create" },
  ],
  commands: ["migrate copy run", "migrate copy status", "migrate up", "backup create", "backup list"].map(entry),
};

function named(...argv: readonly string[]): unknown {
  const found = nameCommand(argv, TABLE);
  if (found.kind === "command") return [found.entry.path, ...found.rest];
  return found.kind === "group" ? [found.group.name] : null;
}

describe("a group within a group", () => {
  test.each([
    [
      ["migrate", "copy", "a", "b"],
      ["migrate copy run", "a", "b"],
    ],
    [
      ["migrate", "copy", "run", "a", "b"],
      ["migrate copy run", "a", "b"],
    ],
    [
      ["migrate", "copy", "status", "x"],
      ["migrate copy status", "x"],
    ],
    [["migrate", "copy"], ["migrate copy run"]],
    [
      ["-q", "migrate", "--json", "copy", "-n", "status"],
      ["migrate copy status", "-q", "--json", "-n"],
    ],
    [
      ["migrate", "copy", "--tight", "status", "b"],
      ["migrate copy run", "--tight", "status", "b"],
    ],
    [
      ["migrate", "up", "app"],
      ["migrate up", "app"],
    ],
    [["migrate"], ["migrate"]],
    [
      ["backup", "app", "list"],
      ["backup create", "app", "list"],
    ],
    [
      ["backup", "list", "app"],
      ["backup list", "app"],
    ],
  ])("%j", (argv, expected) => {
    expect(named(...argv)).toEqual(expected);
  });

  test.each([
    [["copy", "a", "b"], "migrate copy"],
    [["status"], "migrate copy status"],
    [["migrate", "cpoy"], "migrate copy"],
  ])("%j: did you mean", (argv, near) => {
    expect(() => named(...argv)).toThrow(expect.objectContaining({ hint: `did you mean \`dbops ${near}\`?` }));
  });

  test("has its own subcommands, and is one of its group's", () => {
    const [outer, inner] = TABLE.groups;
    expect(outer === undefined ? [] : subcommandsOf(outer, TABLE)).toEqual(["copy", "up"]);
    expect(inner === undefined ? [] : subcommandsOf(inner, TABLE)).toEqual(["run", "status"]);
    expect(groupOf("migrate copy status", TABLE)?.name).toBe("migrate copy");
    expect(groupOf("migrate up", TABLE)?.name).toBe("migrate");
    expect(groupOf("doctor", TABLE)).toBeNull();
  });
});
