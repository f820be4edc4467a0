import type { TableName } from "../driver.js";
import type {
  Definition,
  RelationNames,
  ResultColumn,
  RowFacts,
  RowFormat,
  RowSource,
  VirtualRows,
} from "../view-model.js";
import type { OpenRequest } from "./worker-protocol.js";

/** What the child that holds a view is asked; all of it is read in one transaction. */
export type ViewQuestion =
  | { readonly ask: "open"; readonly database: OpenRequest }
  | { readonly ask: "names" }
  | { readonly ask: "columns"; readonly source: RowSource }
  | { readonly ask: "check"; readonly source: RowSource; readonly format: RowFormat }
  | { readonly ask: "estimate"; readonly source: RowSource }
  | { readonly ask: "definition"; readonly tables: readonly TableName[] | null; readonly virtualRows: VirtualRows }
  | { readonly ask: "encode"; readonly source: RowSource; readonly format: RowFormat };

export type ViewAnswer =
  | { readonly to: "open" }
  | { readonly to: "names"; readonly names: RelationNames }
  | { readonly to: "columns"; readonly columns: readonly ResultColumn[] }
  | { readonly to: "check" }
  | { readonly to: "estimate"; readonly rows: number | null }
  | { readonly to: "definition"; readonly definition: Definition }
  /** `bytes` have gone through the data pipe. */
  | { readonly to: "encode"; readonly facts: RowFacts; readonly bytes: number };
