import type { Identity } from "../../drivers/driver.js";
import { DbopsError } from "../core/errors.js";

interface Side {
  readonly identity: Identity;
  readonly label: string;
}

/** USAGE.INVALID when both sides are one database. */
export function requireTwo(from: Side, to: Side): void {
  if (from.identity.key !== to.identity.key) return;
  throw new DbopsError("USAGE.INVALID", {
    message: "FROM and TO are the same database",
    why: `both are ${to.label}`,
    hint: "name another place for the copy",
  });
}
