import type { Driver } from "../../drivers/driver.js";
import { finishImport, type ImportOrder } from "../../lib/import/finish-import.js";
import type { RecordTable } from "../../lib/transfer/record-model.js";
import type { Context } from "../define.js";
import type { ImportInput } from "./import-input.js";
import { importSteps } from "./import-steps.js";
import type { ImportWork } from "./import-work.js";
import { prepareImport } from "./prepare-import.js";

/** Decides what records go where, and loads them when it is told to. */
export async function recordsWork(
  context: Context,
  input: ImportInput,
  { sources, driver }: { readonly sources: readonly RecordTable[]; readonly driver: Driver },
): Promise<Omit<ImportWork, "keep">> {
  const plan = await prepareImport(context, input, { sources, driver });
  return {
    steps: importSteps(plan, isLook(input)),
    run: async () => {
      const services = { driver, context: context.driverContext };
      const { report, exit, error } = await finishImport(plan, orderOf(context, input), services);
      return { data: { import: report }, exit, error: error ?? undefined };
    },
  };
}

/** Nothing is changed. */
export function isLook({ isCheck, previewRows }: ImportInput): boolean {
  return isCheck || previewRows !== null;
}

function orderOf(context: Context, input: ImportInput): ImportOrder {
  const { previewRows, isCheck, validates, maxErrors, commitEvery, rejects } = input;
  const act = isCheck ? "check" : validates ? "validate" : "import";
  return {
    act: previewRows === null ? act : { preview: previewRows },
    maxErrors,
    commitEvery,
    rejects: context.path(rejects),
  };
}
