import type { Duplex } from "node:stream";
import { finished } from "node:stream/promises";
import { heldPromise } from "../core/held-promise.js";
import type { Stage } from "./stage.js";

/** A stage that runs inside this process; `failure` gives its errors their meaning, `check` has the last word. */
export function transformStage(
  stream: Duplex,
  failure: (thrown: unknown) => unknown = (thrown) => thrown,
  check: () => void = () => {},
): Stage {
  const ended = finished(stream).then(check, (thrown: unknown) => Promise.reject(failure(thrown)));
  return { input: stream, output: stream, ended: heldPromise(ended) };
}
