import type { Engine } from "../../drivers/driver.js";
import { type CopyFlags, SOURCE_FLAGS, TARGET_FLAGS } from "../../lib/core/copy-flags.js";
import { DbopsError } from "../../lib/core/errors.js";

type CopyEngine = Pick<Engine, "title" | "copyFlags">;

interface Sides {
  readonly from: CopyEngine;
  readonly to: CopyEngine;
}

/** USAGE.INVALID for a flag, among the words as they were given, that does nothing in a copy of that direction. */
export function requireFittingEngines(given: readonly string[], { from, to }: Sides): void {
  const isIdle = (flag: string, does: CopyFlags[keyof CopyFlags]): boolean =>
    !does.some((one) => one === flag) && given.some((word) => word === flag || word.startsWith(`${flag} `));
  const ofSource = SOURCE_FLAGS.find((flag) => isIdle(flag, from.copyFlags.asSource));
  if (ofSource !== undefined)
    throw idle(
      `${ofSource} does nothing in a copy from ${from.title}`,
      "it is a choice about the values and rows of other engines' databases",
    );
  const ofTarget = TARGET_FLAGS.find((flag) => isIdle(flag, to.copyFlags.asTarget));
  if (ofTarget !== undefined)
    throw idle(
      `${ofTarget} does nothing in a copy into ${to.title}`,
      "it is a choice about the tables of other engines",
    );
}

function idle(message: string, why: string): DbopsError {
  return new DbopsError("USAGE.INVALID", { message, why, hint: "leave it out" });
}
