import type { Identity, TargetAddress } from "../driver.js";

/** A file is its real path. */
export function identityOf(path: string, address: TargetAddress): Identity {
  return { key: path, consentTokens: [...new Set([path, address.location])] };
}
