import type { TableName } from "../driver.js";
import type { Definition } from "../view-model.js";
import { connectedProgram } from "./child-program.js";
import type { ViewParts } from "./postgres-view.js";
import { quoteQualified } from "./quote-ident.js";
import { childFailed } from "./child-errors.js";
import type { ViewSession } from "./view-session.js";

export async function dumpDefinition(parts: ViewParts, view: ViewSession, tables: readonly TableName[] | null): Promise<Definition> {
  throw new Error("x");
}
