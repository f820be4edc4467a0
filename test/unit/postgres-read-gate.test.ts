import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { ReadGate } from "#dbops/drivers/postgres/copy/read-gate.js";

test("who wants to be alone waits for all that read, and those that come wait for it", async () => {
  const gate = new ReadGate();
  const told: string[] = [];
  const first = await gate.enter();
  const second = await gate.enter();
  const alone = gate.alone(async () => {
    told.push("alone");
    await turn();
    told.push("no more");
  });
  const third = gate.enter().then((leave) => {
    told.push("third");
    leave();
  });
  first();
  await turn();
  expect(told).toEqual([]);
  second();
  await Promise.all([alone, third]);
  expect(told).toEqual(["alone", "no more", "third"]);
});

test("several are alone one after another, also after one has failed", async () => {
  const gate = new ReadGate();
  const told: string[] = [];
  const act = (name: string) => async () => {
    told.push(name);
    await turn();
    told.push(name);
    if (name === "a") throw new Error("a fails");
  };
  const works = [gate.alone(act("a")), gate.alone(act("b")), gate.alone(act("c"))];
  expect((await Promise.allSettled(works)).map(({ status }) => status)).toEqual(["rejected", "fulfilled", "fulfilled"]);
  expect(told).toEqual(["a", "a", "b", "b", "c", "c"]);
});
