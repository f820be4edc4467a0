import type { ChosenColumn } from "./source-column.js";

/** Whether SQLite orders the values of a key's column as the type does elsewhere. */
export function keepsOrder({ column, evidence }: ChosenColumn): boolean {
  const { type, stored } = column;
  const isOneClass = evidence.classes.length <= 1;
  switch (type.kind) {
    case "integer":
      return true;
    case "double":
      return true;
    case "text":
      return isOneClass && (evidence.classes[0]?.class ?? "text") === "text";
    case "bytes":
      return isOneClass && (evidence.classes[0]?.class ?? "blob") === "blob";
    case "boolean":
      return isOneClass;
    case "date":
    case "timestamp":
    case "timestamptz":
      // The hour that a zone's clocks go through twice is in another order than its texts.
      return stored?.as !== "moment" || stored.shape.assumedZone === null;
    default:
      return false;
  }
}
