import type { Driver } from "../../drivers/driver.js";
import { DbopsError } from "../core/errors.js";
import { requireNothingAt, requireOutputFile } from "../system/output-stream.js";
import { type ChosenRows, chooseRows, type RowsWish } from "./choose-rows.js";
import type { ExportJob } from "./export-job.js";
import type { ExportServices } from "./export-services.js";
import { DATABASE_FORMAT, type OutputForm } from "./output-form.js";
import { readableRows } from "./readable-rows.js";
import { checkSpelling, type Spelling } from "./spelling.js";
import { storedRows } from "./stored-rows.js";

export interface ExportRequest {
  readonly form: OutputForm;
  /** Absolute; null = the standard output. */
  readonly path: string | null;
  readonly rows: RowsWish;
  readonly spelling: Spelling;
}

/** What the services must be able to do besides: hold the view until the run ends. */
export interface OwningServices extends ExportServices {
  own<T extends AsyncDisposable>(resource: T): T;
}

/** Looks at everything before anything is written: flags, output, tables, columns, conditions. USAGE.INVALID, OUTPUT.*, DB.REFUSED. */
export async function prepareExport(
  driver: Driver,
  request: ExportRequest,
  services: OwningServices,
): Promise<ExportJob> {
  const { form, path, rows, spelling } = request;
  checkSpelling(form.kind === "database" ? DATABASE_FORMAT : form.format, spelling);
  if (form.kind === "database") await requireWholeTables(driver, rows, services);
  if (path !== null) await requirePlace(form, path);
  const view = services.own(await driver.openView());
  const takenAt = services.driverContext.clock.now();
  const names = await view.names();
  const wished = chooseRows(names, rows, driver.label);
  checkForm(form, wished);
  const isWhole = rows.tables.length === 0 && rows.query === null;
  const virtualRows = isScript(form) ? "stored" : "shown";
  const carried = virtualRows === "stored" ? storedRows(wished, names) : wished;
  const { progress } = services.driverContext;
  const { chosen, columns } = await readableRows(view, carried, { isWhole, progress });
  const defined = isWhole ? null : wished.flatMap(({ table, isView }) => (table === null || isView ? [] : [table]));
  return { driver, view, chosen, columns, defined, virtualRows, spelling, takenAt, services };
}

/** A database file is made by a script. */
function isScript(form: OutputForm): boolean {
  return form.kind === "database" || (form.kind === "text" && form.format === "sql");
}

/** USAGE.INVALID where tables are copied from one engine to the other: it is tables that are proven equal. */
async function requireWholeTables({ engine: name }: Driver, wish: RowsWish, services: ExportServices): Promise<void> {
  const { fileKinds, title } = await services.engine(name);
  const isPart = wish.where.length > 0 || wish.columns.length > 0 || wish.limit !== null;
  if (fileKinds.includes(DATABASE_FORMAT) || !isPart) return;
  throw new DbopsError("USAGE.INVALID", {
    message: `--where, --columns and --limit do not go with a SQLite file of ${title} tables`,
    why: "they are copied whole, and both sides are proven equal",
    hint: "export those rows as CSV or NDJSON",
  });
}

async function requirePlace(form: OutputForm, path: string): Promise<void> {
  if (form.kind === "folder") await requireNothingAt(path, true);
  else if (form.kind === "database") await requireNothingAt(path, false);
  else await requireOutputFile(path);
}

/** USAGE.INVALID where a form cannot hold what was chosen. */
function checkForm(form: OutputForm, chosen: readonly ChosenRows[]): void {
  const holdsTables = form.kind !== "text" || form.format === "sql";
  const noTable = chosen.find(({ table, isView }) => table === null || isView);
  if (holdsTables && noTable !== undefined) throw isNoTable(noTable);
  if (holdsTables || form.format === "json" || chosen.length === 1) return;
  throw new DbopsError("USAGE.INVALID", {
    message: `${form.format} holds one table, and ${chosen.length} were chosen`,
    why: chosen.length === 0 ? "the database has no table" : chosen.map(({ key }) => key).join(", "),
    hint: "name one by --table, or export into a folder: --output export/",
  });
}

function isNoTable({ table, key }: ChosenRows): DbopsError {
  return new DbopsError("USAGE.INVALID", {
    message:
      table === null ? "a query has no table that would take its rows" : `${key} is a view: no table takes its rows`,
    why: "folders, archives, scripts and database files hold tables, to be loaded again",
    hint: "give the output a name that ends in .csv, .tsv, .json or .ndjson",
  });
}
