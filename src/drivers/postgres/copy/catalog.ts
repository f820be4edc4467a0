import type {
  CopyCatalog,
  CopyChoices,
  NotCarried,
  Obstacle,
  SourceTable,
  SourceView,
} from "../../copy-source-model.js";
import type { Session } from "../session.js";
import type { ViewSession } from "../view-session.js";
import { readNotes } from "./catalog-notes.js";
import { type CatalogRelation, readRelations } from "./catalog-relations.js";
import { type ChosenRelations, chooseRelations } from "./choose-relations.js";
import { keyOf } from "./ledger.js";
import { readOrigin } from "./origin.js";
import { countRespelled } from "./respelled-keys.js";
import { readSchemaFacts, type SchemaFacts, withinSchema } from "./schema-facts.js";
import { freeSequenceDefinition, readSequenceFacts, type SequenceFacts } from "./sequence-facts.js";
import { expressionReader } from "./source-expression.js";
import { isCarriedReference, sourceTable } from "./source-table.js";
import { readTextOrder, type TextOrder } from "./text-order.js";
import { readLargeObjects, readUncarried, schemasOfFunctions } from "./uncarried.js";
import { uncarriedConstraints } from "./uncarried-constraints.js";
import { columnsWithNaN, countOrphans, tooLarge } from "./value-facts.js";
import { readViews } from "./views.js";

/** Everything that the database has, as a copy needs it. USAGE.INVALID, DB.PERMISSION, DB.*. */
export async function readCatalog(view: ViewSession, choices: CopyChoices): Promise<CopyCatalog> {
  return await view.act(async (session) => {
    // Compiling questions about the catalog would take a hundred times as long as answering them.
    await session.run("SET LOCAL search_path = ''; SET LOCAL jit = off");
    const chosen = chooseRelations(await readRelations(session), choices);
    const sequences = await readSequenceFacts(session, chosen);
    const parts = new CatalogParts();
    const around = { chosen, sequences, textOrder: await readTextOrder(session), parts };
    const bare = chosen.isPart || choices.schemas.length > 0 ? [] : await schemasOfFunctions(session);
    const schemas = new Set([...chosen.schemas, ...bare]);
    for (const schema of [...schemas].sort()) await readSchemaParts(session, schema, around);
    if (!chosen.isPart) parts.notCarried.push(...(await readLargeObjects(session)));
    return {
      tables: parts.tables,
      views: parts.views,
      sequences: sequences.filter(({ owner }) => owner === null).map(freeSequence),
      notCarried: parts.notCarried,
      notes: await readNotes(session),
      obstacles: parts.obstacles,
      origin: await readOrigin(session, chosen.schemas),
    };
  }, "read the catalog");
}

class CatalogParts {
  readonly tables: SourceTable[] = [];
  readonly views: SourceView[] = [];
  readonly notCarried: NotCarried[] = [];
  readonly obstacles: Obstacle[] = [];
}

interface Surroundings {
  readonly chosen: ChosenRelations;
  readonly sequences: readonly SequenceFacts[];
  readonly textOrder: TextOrder;
  readonly parts: CatalogParts;
}

async function readSchemaParts(session: Session, schema: string, around: Surroundings): Promise<void> {
  const { chosen, textOrder, parts } = around;
  const facts = await readSchemaFacts(session, schema);
  const tables = chosen.tables.filter((table) => table.schema === schema);
  for (const table of tables) await readTable(session, table, { ...around, facts });
  const views = chosen.views.filter((view) => view.schema === schema);
  const own = new Set([...tables, ...views].map(({ oid }) => oid));
  const copied = [...chosen.tables, ...chosen.views].map(({ oid }) => oid);
  await withinSchema(session, schema, async () => {
    const found = await readViews(session, schema, { chosen: views, copied, columns: facts.columns, textOrder });
    parts.views.push(...found);
    parts.notCarried.push(...(await readUncarried(session, schema, { tables: own, isWhole: !chosen.isPart })));
  });
}

async function readTable(
  session: Session,
  relation: CatalogRelation,
  { chosen, facts, sequences, textOrder, parts }: Surroundings & { readonly facts: SchemaFacts },
): Promise<void> {
  const columns = facts.columns.get(relation.oid) ?? [];
  const constraints = facts.constraints.get(relation.oid) ?? [];
  const keys = constraints.filter(isCarriedReference);
  const parentOf = ({ references }: (typeof keys)[number]) => {
    const parent = chosen.tables.find((one) => keyOf(one) === keyOf(references.table));
    return parent === undefined ? null : { columns: facts.columns.get(parent.oid) ?? null };
  };
  const table = sourceTable(relation, {
    facts,
    sequences: sequences.filter(({ owner }) => owner?.table === relation.oid),
    withNaN: await columnsWithNaN(session, relation, columns),
    orphans: await countOrphans(session, relation, keys),
    respelled: await countRespelled(session, relation, { keys, columns, parentOf }),
    express: expressionReader(columns, textOrder),
  });
  parts.tables.push(table);
  parts.notCarried.push(...uncarriedConstraints(relation, constraints));
  const key = table.rowKey.kind === "columns" ? table.rowKey.columns : [];
  parts.obstacles.push(...(await tooLarge(session, relation, { columns, key })));
}

function freeSequence(sequence: SequenceFacts): CopyCatalog["sequences"][number] {
  const { schema, name, next, step } = sequence;
  const definition = freeSequenceDefinition(sequence);
  return { name: { schema, name }, next, step, definition };
}
