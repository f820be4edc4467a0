import type { StoredForm } from "../../copy-type-model.js";
import type { Cell, EncodeCell } from "./encode-cell.js";
import { fromEpoch, fromJulian } from "./epoch.js";
import { canonicalMoment, type MomentKind, type MomentParts, parseCanonicalMoment } from "./moment-parts.js";
import { MomentText } from "./moment-text.js";

/** Moments that no calendar has, as rows spell them; only some engines know them. */
export const ENDLESS = new Set(["infinity", "-infinity"]);

/** How moments of a column are spelled in rows. */
export function encodeMoment(kind: MomentKind, stored: StoredForm | null): EncodeCell {
  const read = readerOf(kind, stored);
  return (cell) => {
    if (typeof cell === "string" && ENDLESS.has(cell)) return cell;
    const parts = read(cell);
    return parts === null ? null : canonicalMoment(parts, kind);
  };
}

function readerOf(kind: MomentKind, stored: StoredForm | null): (cell: Cell) => MomentParts | null {
  switch (stored?.as) {
    case "moment": {
      const text = new MomentText(stored.shape, kind);
      return (cell) => (typeof cell === "string" ? text.read(cell) : null);
    }
    case "epoch":
      return (cell) => (typeof cell === "bigint" ? inKind(fromEpoch(cell, stored.unit), kind) : null);
    case "julian":
      return (cell) => (typeof cell === "number" ? inKind(fromJulian(cell), kind) : null);
    default:
      return (cell) => (typeof cell === "string" ? parseCanonicalMoment(cell, kind) : null);
  }
}

/** A day has no time. */
function inKind(parts: MomentParts | null, kind: MomentKind): MomentParts | null {
  if (parts === null || kind !== "date") return parts;
  const isWhole = parts.hour === 0 && parts.minute === 0 && parts.second === 0 && parts.fraction === "";
  return isWhole ? parts : null;
}
