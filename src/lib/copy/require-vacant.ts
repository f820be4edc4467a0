import type { CopyTarget, Occupancy } from "../../drivers/copy-target-model.js";
import { DbopsError } from "../core/errors.js";
import { qualifiedName } from "../core/named.js";
import { formatNumberOf } from "../core/units.js";
import type { CopyServices } from "./copy-services.js";
import type { CopyWish } from "./copy-wish.js";

const SHOWN = 5;

interface Vacancy {
  readonly wish: CopyWish;
  readonly tokens: readonly string[];
}

/** COPY.TARGET_OCCUPIED where something is that a copy would meet; or why the consent to replace it will be refused. */
export async function requireVacant(
  target: CopyTarget,
  { wish, tokens }: Vacancy,
  services: CopyServices,
): Promise<void> {
  if (wish.content === "rows") return;
  const { objects } = await target.occupancy([]);
  if (objects.length === 0) return;
  if (!wish.place.isReplacing) throw occupied(target, objects);
  const refusal = services.tokenRefusal(tokens);
  if (refusal !== null) throw refusal;
}

function occupied({ label }: CopyTarget, objects: Occupancy["objects"]): DbopsError {
  const shown = objects.slice(0, SHOWN).map(({ kind, name, rows }) => {
    return `${kind} ${qualifiedName(name)}${rows === null ? "" : ` (${formatNumberOf("row", rows)})`}`;
  });
  const more = objects.length > SHOWN ? [`and ${objects.length - SHOWN} more`] : [];
  return new DbopsError("COPY.TARGET_OCCUPIED", {
    message: `${label} is not empty`,
    why: `it holds ${[...shown, ...more].join(", ")}`,
    hint: "--replace lets tables of the same names give way, --data-only puts rows into tables that are there; else name an empty place",
  });
}
