import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * Gives back at once what nobody holds any more. V8 lets buffers of hundreds of megabytes wait for their turn, which at the
 * side of one large value is several times its memory.
 */
export function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  if (typeof collect === "function") collect();
}
