import type { CopyChoices } from "../../drivers/copy-source-model.js";

/** The choices of a copy without any flag. */
export const USUAL_CHOICES: CopyChoices = {
  tables: [],
  excludeTables: [],
  schemas: [],
  onMismatch: "fail",
  nul: "fail",
  invalidUtf8: "fail",
  orphans: "fail",
  nullKey: "fail",
  epoch: "auto",
  bool: "auto",
  json: "auto",
  isTight: false,
  assumeTz: null,
  jobs: 2,
  holdWrites: false,
};
