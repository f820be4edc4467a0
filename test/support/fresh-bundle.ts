import { statSync } from "node:fs";

/** Throws when bundle/, which bin/dbops.js runs, is of another build than dist/, which tests import. */
export function requireFreshBundle(): void {
  const [bundle, dist] = ["bundle", "dist"].map((folder) =>
    statSync(new URL(`../../${folder}/main.js`, import.meta.url), { throwIfNoEntry: false }),
  );
  if (bundle === undefined || dist === undefined || bundle.mtimeMs < dist.mtimeMs)
    throw new Error("what is compiled is not of one build: npm run build");
}
