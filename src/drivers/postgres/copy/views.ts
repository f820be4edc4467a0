import type { SourceView } from "../../copy-source-model.js";
import { quoteIdent } from "../quote-ident.js";
import type { Session, SqlRow } from "../session.js";
import type { CatalogRelation } from "./catalog-relations.js";
import { parseSelect } from "./parse-select.js";
import type { SchemaFacts } from "./schema-facts.js";
import type { TextOrder } from "./text-order.js";

interface ViewRow extends SqlRow {
  readonly oid: number;
  readonly sql: string;
  readonly options: string | null;
  readonly comment: string | null;
  readonly missing: string | null;
}

/** One that the view reads and that is not among the relations of $2. */
const MISSING = `
  SELECT min(o.oid::regclass::text) FROM pg_rewrite r
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class o ON o.oid = d.refobjid
   WHERE r.ev_class = c.oid AND o.oid <> c.oid AND o.relkind IN ('r', 'p', 'f', 'm', 'v') AND o.oid <> ALL ($2::oid[])`;

/** The older ones first, as later ones may read them. */
const VIEWS = `
  SELECT c.oid, pg_get_viewdef(c.oid, true) AS sql, array_to_string(c.reloptions, ', ') AS options,
         quote_literal(obj_description(c.oid, 'pg_class')) AS comment, (${MISSING}) AS missing
    FROM pg_class c WHERE c.relkind = 'v' AND c.relnamespace = $1::text::regnamespace ORDER BY c.oid`;

interface ViewSurroundings {
  readonly chosen: readonly CatalogRelation[];
  /** All tables and views of the copy, by their oids. */
  readonly copied: readonly number[];
  readonly columns: SchemaFacts["columns"];
  readonly textOrder: TextOrder;
}

/** Views of a schema, whose own names print without it. */
export async function readViews(
  session: Session,
  schema: string,
  { chosen, copied, columns, textOrder }: ViewSurroundings,
): Promise<readonly SourceView[]> {
  const rows = await session.query<ViewRow>(VIEWS, [quoteIdent(schema), `{${copied.join(",")}}`]);
  return rows.flatMap(({ oid, sql, options, comment, missing }): readonly SourceView[] => {
    const view = chosen.find((one) => one.oid === oid);
    if (view === undefined) return [];
    const select = sql.trim().replace(/;$/, "");
    const name = quoteIdent(view.name);
    const statements = [
      `CREATE VIEW ${name}${options === null ? "" : ` WITH (${options})`} AS\n${select}`,
      ...(comment === null ? [] : [`COMMENT ON VIEW ${name} IS ${comment}`]),
    ];
    return [
      {
        name: { schema: view.schema, name: view.name },
        sql: statements.map((statement) => `${statement};\n`).join(""),
        // Its name alone might be taken for that of another.
        select:
          missing === null
            ? parseSelect(select, textOrder)
            : { isParsed: false, reason: `it reads ${missing}, which is not copied` },
        isMaterialized: false,
        columns: (columns.get(oid) ?? []).map((column) => ({ name: column.name, type: column.type })),
      },
    ];
  });
}
