import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { systemClock } from "#dbops/lib/core/clock.js";
import { randomIds } from "#dbops/lib/core/ids.js";
import { RunSignal } from "#dbops/lib/runtime/run-signal.js";
import { fakeStreams } from "../support/fake-streams.js";

test("as many may listen to a run's signal as have something to end", async () => {
  const host = {
    environment: {},
    streams: fakeStreams(),
    cwd: "/",
    clock: systemClock,
    ids: randomIds,
    onSignal: () => ({ [Symbol.dispose]: () => undefined }),
  };
  const warnings: string[] = [];
  const listen = (warning: Error): void => void warnings.push(warning.name);
  process.on("warning", listen);
  using signal = new RunSignal(host, () => undefined);
  for (let count = 0; count < 20; count += 1) signal.signal.addEventListener("abort", () => undefined);
  await setImmediate();
  process.off("warning", listen);
  expect(warnings).toEqual([]);
});
