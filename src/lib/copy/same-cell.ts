import type { CopyType } from "../../drivers/copy-type-model.js";
import { cellValue } from "./canonical-cell.js";
import { fieldText } from "./field-text.js";
import { isSameDocument } from "./same-document.js";

/** Whether two fields of rows are one value of their type. */
export function isSameCell(one: string, other: string, type: CopyType): boolean {
  if (one === other) return true;
  if (type.kind === "jsonb" && one !== "\\N" && other !== "\\N") {
    const isSame = isSameDocument(fieldText(one), fieldText(other));
    if (isSame !== null) return isSame;
  }
  return cellValue(one, type) === cellValue(other, type);
}
