import { Readable, Transform } from "node:stream";
import { expect, test } from "vitest";
import { feedChild } from "#dbops/drivers/postgres/feed-child.js";
import { DbopsError } from "#dbops/lib/core/errors.js";
import { ChildRegistry } from "#dbops/lib/system/child-registry.js";

const env = { PATH: "/usr/bin:/bin" };
const signal = new AbortController().signal;

test("an input that is refused is the reason, also where the child has failed by its beginning", async () => {
  await using children = new ChildRegistry();
  const command = "trap '' TERM; read line; exit 3";
  const child = await children.start({ command: "sh", args: ["-c", command], env, stdin: "pipe", stdout: "ignore" });
  const guard = new Transform({
    transform(chunk, _encoding, done) {
      this.push(chunk);
      done();
    },
    flush(done) {
      void child.ended.then(() => done(new DbopsError("DB.REFUSED", { message: "the SQL file is not loaded" })));
    },
  });
  const fed = feedChild(child, { source: Readable.from([Buffer.from("one line\n")]), through: [guard] }, { signal });
  await expect(fed).rejects.toMatchObject({ code: "DB.REFUSED" });
});

test("a child that fails by itself is the reason, and what it has not read is let go", async () => {
  await using children = new ChildRegistry();
  const args = ["-c", "read line; echo broken >&2; exit 3"];
  const child = await children.start({ command: "sh", args, env, stdin: "pipe", stdout: "ignore" });
  const source = new Readable({ read() {} });
  source.push("one line\n");
  await expect(feedChild(child, { source, through: [] }, { signal })).rejects.toMatchObject({
    code: "TOOL.FAILED",
    why: expect.stringContaining("broken"),
  });
  expect(source.destroyed).toBe(true);
});
