import type { RowKey } from "../../copy-rows-model.js";
import type { SourceColumn } from "../../copy-source-model.js";
import type {
  CopyTarget,
  CopyTargetRequest,
  Expressed,
  Occupancy,
  TargetTable,
  TargetType,
} from "../../copy-target-model.js";
import type { CopyType } from "../../copy-type-model.js";
import type { HeldLock, Identity, LockOptions, TableName } from "../../driver.js";
import { labelOf } from "../conn-info.js";
import { NAME_BYTES } from "../kept-name.js";
import { lockDatabase } from "../lock.js";
import type { Session } from "../session.js";
import type { ViewWhere } from "../view-session.js";
import type { HiddenPlace } from "./hidden-place.js";
import type { NativeTypes } from "./native-types.js";
import { readOccupancy } from "./occupancy.js";
import { typeFor } from "./type-for.js";

export interface TargetParts {
  readonly where: ViewWhere;
  readonly request: CopyTargetRequest;
  readonly session: Session;
  readonly identity: Identity;
  readonly types: NativeTypes;
  readonly place: HiddenPlace;
}

type Facts = Pick<
  CopyTarget,
  | "label"
  | "identity"
  | "names"
  | "hasSequences"
  | "lock"
  | "occupancy"
  | "nameFor"
  | "typeFor"
  | "express"
  | "expressSelect"
  | "rowKey"
>;

/** Types whose values have no order that both sides of a copy share. */
const UNORDERED: ReadonlySet<CopyType["kind"]> = new Set(["double", "single", "json", "jsonb"]);

/** What can be said of a target before anything is made there. */
export class TargetFacts implements Facts {
  readonly label: string;
  readonly identity: Identity;
  readonly names = { maxBytes: NAME_BYTES, ignoresCase: false } as const;
  readonly hasSequences = true;
  readonly #parts: TargetParts;

  constructor(parts: TargetParts) {
    this.label = labelOf(parts.where.conn);
    this.identity = parts.identity;
    this.#parts = parts;
  }

  async lock(options: LockOptions): Promise<HeldLock> {
    const { conn, context } = this.#parts.where;
    return await lockDatabase(conn, options, context);
  }

  async occupancy(tables: readonly TableName[]): Promise<Occupancy> {
    const { place, session } = this.#parts;
    const schemas = new Set([place.home, ...tables.flatMap(({ schema }) => (schema === null ? [] : [schema]))]);
    const named = tables.map(({ schema, name }) => ({ schema: schema ?? place.home, name }));
    return await readOccupancy(session, [...schemas], named);
  }

  /** Schemas of the source are not carried over. */
  nameFor({ name }: TableName): TableName {
    return { schema: this.#parts.place.home, name };
  }

  typeFor(type: CopyType, column: SourceColumn): TargetType {
    return typeFor(type, column, this.#parts.types);
  }

  express(): Expressed {
    return { isExpressed: false, reason: "expressions are not carried over" };
  }

  expressSelect(): Expressed {
    return { isExpressed: false, reason: "views are not carried over" };
  }

  rowKey({ primaryKey, columns }: TargetTable): RowKey {
    if (primaryKey === null) return { kind: "none" };
    const keyed = columns.filter(({ name }) => primaryKey.columns.includes(name));
    if (keyed.some(({ type }) => UNORDERED.has(type.kind))) return { kind: "none" };
    return { kind: "columns", columns: primaryKey.columns };
  }
}
