import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { inject } from "vitest";

/** What a server's own program writes of a database's structure, without what differs from run to run. */
export async function schemaDump(url: string): Promise<string> {
  const flags = ["--schema-only", "--no-owner", "--exclude-table=*.dbops_origin"];
  const { stdout } = await promisify(execFile)(join(inject("postgresBinDir"), "pg_dump"), [...flags, url]);
  return stdout.replaceAll(/^(?:--.*|\\(?:un)?restrict .*|)\n/gm, "");
}
