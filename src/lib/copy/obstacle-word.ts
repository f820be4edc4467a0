import type { Obstacle } from "../../drivers/copy-source-model.js";
import { DbopsError } from "../core/errors.js";
import { qualifiedName } from "../core/named.js";
import { formatNumberOf } from "../core/units.js";

/** The obstacle as a line, without its flag. */
export function obstacleWord({ table, column, what }: Obstacle): string {
  const place = [table === null ? null : qualifiedName(table), column].filter((word) => word !== null).join(".");
  return place === "" ? what : `${place}: ${what}`;
}

/** Why nothing is copied, with the flags that would let it pass; null when nothing stands in the way. */
export function refusal(obstacles: readonly Obstacle[]): DbopsError | null {
  const [first, ...others] = obstacles;
  if (first === undefined) return null;
  const flags = [...new Set(obstacles.flatMap(({ flag }) => flag ?? []))];
  const more = others.length === 0 ? "" : `; and ${formatNumberOf("other obstacle", others.length)}`;
  return new DbopsError(first.code, {
    message: `${obstacleWord(first)}${more}`,
    why: "nothing was copied: everything is decided before anything is visible",
    hint:
      flags.length === 0
        ? "the same command with --dry-run shows all of them"
        : `${flags.join(" and ")} would let it pass; --dry-run shows everything first`,
  });
}
