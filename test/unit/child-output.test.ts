import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { ChildRegistry } from "#dbops/lib/system/child-registry.js";

const env = { PATH: "/usr/bin:/bin" };

test("what a child wrote is there for a reader that comes after its end", async () => {
  await using children = new ChildRegistry();
  const child = await children.start({ command: "printf", args: ["kept"], env });
  expect((await child.ended).code).toBe(0);
  expect(child.stdout === null ? null : await text(child.stdout)).toBe("kept");
});

test("a reader that leaves early ends the child, not this process", async () => {
  await using children = new ChildRegistry();
  const child = await children.start({ command: "yes", args: [], env });
  for await (const chunk of child.stdout ?? []) {
    expect(String(chunk)).toMatch(/^y/);
    break;
  }
  expect((await child.ended).code).not.toBe(0);
});

test("a program that is not there is TOOL.MISSING", async () => {
  await using children = new ChildRegistry();
  const starting = children.start({ command: "no-such-program-here", args: [], env });
  await expect(starting).rejects.toMatchObject({ code: "TOOL.MISSING", exit: 8 });
});
