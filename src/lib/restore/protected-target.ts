import { DbopsError } from "../core/errors.js";

/** USAGE.TARGET_MISSING when a protected target was chosen for the user instead of being named. */
export function requireNamed(target: {
  readonly name: string;
  readonly isProtected: boolean;
  readonly word: string | null;
}): void {
  if (!target.isProtected || target.word !== null) return;
  throw new DbopsError("USAGE.TARGET_MISSING", {
    message: `${target.name} is protected and was not named`,
    why: "`protected: true` in dbops.yaml demands that the command line names the target of whatever changes it",
    hint: `name it: -t ${target.name}`,
  });
}
