import { ORIGIN_TABLE } from "../../../lib/core/origin-table.js";
import type { SqlExpression, SqlSelect } from "../../../lib/core/sql-expression.js";
import type { RowKey } from "../../copy-rows-model.js";
import type { SourceColumn } from "../../copy-source-model.js";
import type {
  CopyTarget,
  CopyTargetRequest,
  Expressed,
  ExpressionScope,
  Occupancy,
  ScopeColumn,
  TargetTable,
  TargetType,
} from "../../copy-target-model.js";
import type { CopyType } from "../../copy-type-model.js";
import type { HeldLock, Identity, LockOptions, TableName } from "../../driver.js";
import { labelOf } from "../conn-info.js";
import { NAME_BYTES, OWN_COLUMNS } from "../kept-name.js";
import { lockDatabase } from "../lock.js";
import type { Session } from "../session.js";
import type { ViewWhere } from "../view-session.js";
import { express } from "./express.js";
import { expressSelect } from "./express-select.js";
import type { HiddenPlace } from "./hidden-place.js";
import { LEDGER_TABLES } from "./ledger.js";
import type { NativeTypes } from "./native-types.js";
import { readOccupancy } from "./occupancy.js";
import type { OwnExtensions } from "./own-extensions.js";
import { typeFor } from "./type-for.js";

/** https://www.postgresql.org/docs/current/limits.html */
const MOST_COLUMNS = 1600;

export interface TargetParts {
  readonly where: ViewWhere;
  readonly request: CopyTargetRequest;
  readonly session: Session;
  readonly identity: Identity;
  readonly types: NativeTypes;
  readonly extensions: OwnExtensions;
  readonly place: HiddenPlace;
}

type Facts = Pick<
  CopyTarget,
  | "label"
  | "identity"
  | "names"
  | "hasSequences"
  | "hasDeferrableKeys"
  | "lock"
  | "occupancy"
  | "nameFor"
  | "typeFor"
  | "hasType"
  | "lackedBy"
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
  readonly names = {
    maxBytes: NAME_BYTES,
    ignoresCase: false,
    ownColumns: OWN_COLUMNS,
    ownRelations: { names: [...LEDGER_TABLES, ORIGIN_TABLE], beginnings: [] },
  } as const;
  readonly maxColumns = MOST_COLUMNS;
  readonly hasSequences = true;
  readonly hasDeferrableKeys = true;
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

  hasType(native: string): boolean {
    return this.#parts.types.find(native) !== null;
  }

  lackedBy(definition: string): string | null {
    return this.#parts.extensions.lackedBy(definition);
  }

  express(expression: SqlExpression, scope: ExpressionScope, wanted: ScopeColumn | null): Expressed {
    return express(expression, scope, wanted);
  }

  /** Tables are called as they are while they are hidden: those of the home schema need none of its name. */
  expressSelect(select: SqlSelect, scope: ExpressionScope): Expressed {
    const { place } = this.#parts;
    return expressSelect(select, {
      column: (name, table) => scope.column(name, table),
      relation: (name) => {
        const found = scope.relation(name);
        if (found === null || found.schema === null) return found;
        return found.schema === place.home ? { schema: null, name: found.name } : place.of(found);
      },
    });
  }

  rowKey({ primaryKey, columns }: TargetTable): RowKey {
    if (primaryKey === null) return { kind: "none" };
    const keyed = columns.filter(({ name }) => primaryKey.columns.includes(name));
    if (keyed.some(({ type }) => UNORDERED.has(type.kind))) return { kind: "none" };
    return { kind: "columns", columns: primaryKey.columns };
  }
}
