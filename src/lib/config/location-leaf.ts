import type { Leaf } from "./leaf.js";
import { type SecretReference, secretReference } from "./leaves.js";
import { isKnownScheme, schemeOf } from "./target-location.js";

/** A path or URL, or a reference to where it is kept. */
export const locationLeaf: Leaf<string | SecretReference> = {
  read: (value) => {
    if (typeof value === "string" && value.trim() !== "") {
      const problem = schemeProblem(value);
      return problem === null ? { isRight: true, value } : { isRight: false, problem };
    }
    const reference = typeof value === "object" ? secretReference.read(value) : null;
    if (reference?.isRight === true) return reference;
    return { isRight: false, problem: "expected a path, a URL, or {file: …}, {env: …}, {command: […]}" };
  },
};

function schemeProblem(value: string): string | null {
  const scheme = schemeOf(value);
  if (scheme === null || isKnownScheme(scheme)) return null;
  return `no engine serves ${scheme}: (write ./${scheme}:… for a file)`;
}
