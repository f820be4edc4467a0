import type { NotCarried } from "../../drivers/copy-source-model.js";
import type { TableName } from "../../drivers/driver.js";

/** Whose names a definition speaks of, as an object of that schema says it. */
export function schemaOf({ schema }: TableName): Pick<NotCarried, "schema"> {
  return schema === null ? {} : { schema };
}
